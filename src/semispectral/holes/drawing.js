// What is drawn of a hole: columns of depth on one canvas, of which only what the window shows.

const GAP = 6, TEXT = "12px system-ui, sans-serif", HEAD = 34, NICE = [1, 2, 5];
const MOST_PICTURES = 60;  // strips in memory

// Step of an axis that leaves at least so much between two marks.
function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([...NICE, 10].find((each) => each * power >= least) || 10);
}

// Pictures of a strip, loaded when they are first asked for; those unused for longest are dropped.
class Pictures {
  constructor(arrived) {
    this.known = new Map();
    this.arrived = arrived;
  }

  of(number) {
    const found = this.known.get(number) || this.load(number);
    this.known.delete(number);
    this.known.set(number, found);
    if (this.known.size > MOST_PICTURES) this.known.delete(this.known.keys().next().value);
    return found;
  }

  load(number) {
    const found = {};
    for (const [kind, end] of [["core", "jpg"], ["map", "png"], ["confidence", "png"]]) {
      const image = new Image();
      image.src = `strips/${number}-${kind}.${end}`;
      image.decode().then(() => { found[kind] = image; this.arrived(); }, () => { found[kind] = null; });
    }
    return found;
  }
}

// Places of the columns for a width in pixels; a narrow window leaves the features out, and then the confidence.
function columnsFor(width, features) {
  const wide = width >= 620, axis = 52, columns = {};
  let at = axis;
  const add = (name, size, title) => { columns[name] = { at, size, title }; at += size + GAP; };
  const free = width - axis - GAP;
  const shown = wide ? features.slice(0, Math.max(0, Math.floor((free - 440) / 120))) : [];
  const each = Math.min(150, shown.length ? (free * 0.4) / shown.length : 0);
  const rest = free - shown.length * (each + GAP);
  add("core", Math.round(rest * (wide ? 0.34 : 0.4)), "core and map");
  add("confidence", Math.round(rest * 0.1), wide ? "confidence" : "conf.");
  add("shares", Math.round(rest * (wide ? 0.44 : 0.36)), "shares");
  add("novel", Math.round(rest * 0.08), wide ? "unknown" : "unk.");
  shown.forEach((feature, number) => add(`feature ${number}`, each - GAP, `${feature.name}, nm`));
  return { axis, columns, shown };
}

class Drawing {
  constructor(canvas, hole, opacity) {
    Object.assign(this, { canvas, hole, opacity, context: canvas.getContext("2d") });
    this.pictures = new Pictures(() => this.ask());
    this.asked = false;
    this.frames = 0;
    this.ends = [Math.min(...hole.strips.map((each) => each.top)), Math.max(...hole.strips.map((each) => each.bottom))];
    this.ranges = hole.features.map((feature) => {
      const known = feature.nm.filter((value) => value !== null);
      const low = Math.min(...known), high = Math.max(...known), more = Math.max(1, (high - low) * 0.08);
      return [low - more, high + more];
    });
  }

  sized(width, height) {
    const dense = window.devicePixelRatio || 1;
    Object.assign(this, { width, height });
    Object.assign(this.canvas, { width: width * dense, height: height * dense });
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px` });
    this.context.setTransform(dense, 0, 0, dense, 0, 0);
    this.layout = columnsFor(width, this.hole.features);
    this.ask();
  }

  // Depths from `top` down, so many pixels to the metre.
  look(top, scale) {
    Object.assign(this, { top, scale });
    this.ask();
  }

  ask() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => { this.asked = false; this.draw(); });
  }

  y(depth) { return HEAD + (depth - this.top) * this.scale; }
  depthAt(y) { return this.top + (y - HEAD) / this.scale; }

  // Numbers of the strips between two depths; strips lie in order of their tops, but runs of two scans may overlap.
  between(top, bottom) {
    const found = [];
    this.hole.strips.forEach((strip, number) => { if (strip.bottom > top && strip.top < bottom) found.push(number); });
    return found;
  }

  draw() {
    if (!this.layout || this.scale === undefined) return;
    const c = this.context, { columns } = this.layout, bottom = this.depthAt(this.height);
    this.frames++;
    c.clearRect(0, 0, this.width, this.height);
    c.save();
    c.beginPath();
    c.rect(0, HEAD, this.width, this.height - HEAD);
    c.clip();
    this.axis(bottom);
    const here = this.between(this.top, bottom), near = (bottom - this.top);
    for (const number of here) this.strip(number, columns);
    for (const number of this.between(this.top - near, bottom + near)) this.pictures.of(number);
    this.intervals(columns, bottom);
    c.restore();
    c.font = TEXT;
    c.fillStyle = "#1a1a1a";
    for (const { at, size, title } of Object.values(columns)) {
      c.save();
      c.beginPath();
      c.rect(at, 0, size + GAP, HEAD);
      c.clip();
      c.fillText(title, at, 13, size); // narrower letters where it would not fit
      c.restore();
    }
    c.fillText("m", 6, 13);
    this.scales(columns);
    if (this.marked) this.mark(columns);
    if (this.drawn) this.drawn(here);
  }

  axis(bottom) {
    const c = this.context, step = niceStep(60 / this.scale);
    c.font = TEXT;
    c.fillStyle = "#1a1a1a";
    c.strokeStyle = "#e2e2e2";
    c.lineWidth = 1;
    const digits = Math.max(0, -Math.floor(Math.log10(step)));
    for (let mark = Math.ceil(this.top / step) * step; mark <= bottom; mark += step) {
      const y = Math.round(this.y(mark)) + 0.5;
      c.beginPath();
      c.moveTo(44, y);
      c.lineTo(this.width, y);
      c.stroke();
      c.fillText(mark.toFixed(digits), 3, y + 12);
    }
  }

  strip(number, { core, confidence }) {
    const c = this.context, strip = this.hole.strips[number], found = this.pictures.of(number);
    const top = this.y(strip.top), high = (strip.bottom - strip.top) * this.scale;
    c.imageSmoothingEnabled = high < (strip.lines[1] - strip.lines[0]);
    if (found.core) c.drawImage(found.core, core.at, top, core.size, high);
    else { c.fillStyle = "#ececec"; c.fillRect(core.at, top, core.size, high); }
    c.imageSmoothingEnabled = false;
    if (found.map && this.opacity.value > 0) {
      c.globalAlpha = Number(this.opacity.value);
      c.drawImage(found.map, core.at, top, core.size, high);
      c.globalAlpha = 1;
    }
    if (found.confidence) c.drawImage(found.confidence, confidence.at, top, confidence.size, high);
  }

  intervals(columns, bottom) {
    const c = this.context, { from, to, novel, shares } = this.hole.intervals, { classes } = this.hole;
    for (let row = 0; row < from.length; row++) {
      if (to[row] <= this.top || from[row] >= bottom || novel[row] === null) continue;
      const top = this.y(from[row]), high = Math.max(1, (to[row] - from[row]) * this.scale);
      let left = columns.shares.at;
      for (let place = 0; place < classes.length; place++) {
        const wide = shares.share_[place][row] * columns.shares.size;
        c.fillStyle = classes[place].colour;
        c.fillRect(left, top, wide, high);
        left += wide;
      }
      c.fillStyle = this.hole.novel.colour;
      c.fillRect(columns.novel.at, top, novel[row] * columns.novel.size, high);
      const middle = this.y((Math.max(from[row], this.ends[0]) + Math.min(to[row], this.ends[1])) / 2);  // of its core
      this.layout.shown.forEach((feature, number) => this.dot(columns[`feature ${number}`], number, feature.nm[row], middle));
    }
  }

  dot({ at, size }, number, value, y) {
    if (value === null) return;
    const c = this.context, [low, high] = this.ranges[number];
    c.fillStyle = "#12395c";
    c.beginPath();
    c.arc(at + ((value - low) / (high - low)) * size, y, 2.6, 0, 2 * Math.PI);
    c.fill();
  }

  // The ends of the scales below the titles of the columns.
  scales(columns) {
    const c = this.context;
    c.fillStyle = "#555";
    const ends = (column, low, high) => {
      c.fillText(low, column.at, 28);
      const wide = c.measureText(high).width;
      c.fillText(high, column.at + column.size - wide, 28);
    };
    ends(columns.shares, "0", "1");
    ends(columns.novel, "0", "1");
    ends(columns.confidence, "0", "1");
    this.layout.shown.forEach((_, number) => ends(columns[`feature ${number}`], ...this.ranges[number].map((end) => end.toFixed(0))));
  }

  mark({ core }) {
    const c = this.context, { depth, across } = this.marked, y = this.y(depth), x = core.at + across * core.size;
    if (y < HEAD || y > this.height) return;
    for (const [colour, wide] of [["#fff", 4], ["#000", 1.5]]) {
      c.strokeStyle = colour;
      c.lineWidth = wide;
      c.beginPath();
      c.arc(x, y, 6, 0, 2 * Math.PI);
      c.stroke();
    }
  }

  // The pixel of a scan at a place of the canvas; null beside the core.
  pixelAt(x, y) {
    const { core } = this.layout.columns, across = (x - core.at) / core.size, depth = this.depthAt(y);
    if (across < 0 || across >= 1 || y < HEAD) return null;
    const number = this.between(depth, depth).pop();
    if (number === undefined) return null;
    const { scene, top, bottom, lines, samples } = this.hole.strips[number];
    const line = lines[0] + Math.floor(((depth - top) / (bottom - top)) * (lines[1] - lines[0]));
    const sample = samples[0] + Math.floor(across * (samples[1] - samples[0]));
    return { scene, depth, across, line, sample };
  }
}

// The whole hole as a thin column of its shares, with what the window shows marked.
function drawGuide(canvas, hole, ends, shown) {
  const dense = window.devicePixelRatio || 1, { clientWidth: width, clientHeight: height } = canvas;
  Object.assign(canvas, { width: width * dense, height: height * dense });
  const c = canvas.getContext("2d"), { from, to, shares } = hole.intervals, scale = height / (ends[1] - ends[0]);
  c.scale(dense, dense);
  for (let row = 0; row < from.length; row++) {
    let left = 0;
    hole.classes.forEach(({ colour }, place) => {
      const wide = (shares.share_[place][row] || 0) * width;
      c.fillStyle = colour;
      c.fillRect(left, (from[row] - ends[0]) * scale, wide, Math.max(1, (to[row] - from[row]) * scale));
      left += wide;
    });
  }
  c.strokeStyle = "#000";
  c.lineWidth = 2;
  c.strokeRect(1, (shown[0] - ends[0]) * scale, width - 2, Math.max(4, (shown[1] - shown[0]) * scale));
}
