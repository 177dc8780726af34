// The spectrum of a pixel: found in the tiles of its scan, and drawn.

const MEASURED = "#12395c", REBUILT = "#d1701a", MEAN = "#888";

// What is packed as base64 and compressed, as bytes.
async function inflated({ base64 }) {
  const packed = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Scans whose spectra were asked for. A script beside the page hands over what a scan has, and then each tile.
class Spectra {
  constructor(hole) {
    Object.assign(this, { hole, scans: new Map(), handed: null, turn: Promise.resolve() });
  }

  // Scripts run one at a time, so that it is known which scan a tile is of.
  inTurn(act) {
    const next = this.turn.then(act, act);
    this.turn = next.catch(() => null);
    return next;
  }

  script(source) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = source;
      script.onload = () => { script.remove(); resolve(); };
      script.onerror = () => reject(new Error(`${source} is not there: keep the folders of the page together`));
      document.head.append(script);
    });
  }

  async scan(scene) {
    if (!this.scans.has(scene)) {
      await this.script(`spectra/${scene}.js`);
      const facts = this.handed;
      const content = {
        scan: { lines: facts.lines, samples: facts.samples }, axis: facts.axis, curves: facts.curves, tiles: facts.tiles,
        model: this.hole.classes, features: facts.values ? { values: { length: facts.values } } : null,
      };
      this.scans.set(scene, { facts, tiles: new Tiles(content) });
    }
    return this.scans.get(scene);
  }

  // What is known of a pixel; null where it is not classified.
  pixel({ scene, line, sample }) {
    return this.inTurn(async () => {
      const { facts, tiles } = await this.scan(scene);
      this.open = tiles;
      const found = await tiles.pixel(line, sample);
      return found && { ...found, facts };
    });
  }
}

function wordsOf(hole, place, found) {
  const where = `${place.scene}, line ${place.line}, sample ${place.sample}, ${place.depth.toFixed(3)} m`;
  if (!found) return `${where}\nnot classified: tray, background or no data`;
  const order = [...found.probability.keys()].sort((a, b) => found.probability[b] - found.probability[a]);
  const likely = order.slice(0, 3).map((each) => `${hole.classes[each].name} ${(found.probability[each] / 255).toFixed(2)}`);
  const unknown = found.novelty > 0 ? `\n${hole.novel.name}: log p(x) lies ${found.novelty.toFixed(1)} nats below the threshold` : "";
  const near = found.near && (found.near.line !== place.line || found.near.sample !== place.sample);
  const beside = near ? `\nspectrum of line ${found.near.line}, sample ${found.near.sample}, the nearest that is kept` : "";
  return `${where}\n${likely.join(", ")}${unknown}${beside}\nblue: measured${found.curves.reconstruction ? "; orange: as M1 makes it" : ""}; grey: mean of the class`;
}

function drawSpectrum(canvas, found) {
  const dense = window.devicePixelRatio || 1, { clientWidth: width, clientHeight: height } = canvas;
  Object.assign(canvas, { width: width * dense, height: height * dense });
  const c = canvas.getContext("2d"), left = 46, right = 8, under = 32, over = 6;
  c.scale(dense, dense);
  c.font = TEXT;
  if (!found || !found.curves.spectrum) return;
  const { axis, axis_title: title, means } = found.facts;
  const best = found.probability.indexOf(Math.max(...found.probability));
  const curves = [[means[best], MEAN], [found.curves.reconstruction, REBUILT], [found.curves.spectrum, MEASURED]].filter(([curve]) => curve);
  const all = curves.flatMap(([curve]) => Array.from(curve)).filter(Number.isFinite);
  const low = Math.min(...all), high = Math.max(...all, low + 1e-6), first = Math.min(...axis), last = Math.max(...axis);
  const turns = turnsOf(axis);
  const x = (value) => left + ((value - first) / Math.max(last - first, 1e-9)) * (width - left - right);
  const y = (value) => height - under - ((value - low) / (high - low)) * (height - under - over);
  c.fillStyle = "#333";
  c.strokeStyle = "#ddd";
  const across = niceStep((last - first) / Math.max(2, (width - left) / 90)), up = niceStep((high - low) / 4);
  for (let mark = Math.ceil(first / across) * across; mark <= last; mark += across) {
    c.beginPath(); c.moveTo(x(mark), over); c.lineTo(x(mark), height - under); c.stroke();
    c.fillText(String(Math.round(mark)), x(mark) - 12, height - under + 13);
  }
  for (let mark = Math.ceil(low / up) * up; mark <= high; mark += up) {
    c.beginPath(); c.moveTo(left, y(mark)); c.lineTo(width - right, y(mark)); c.stroke();
    c.fillText(mark.toPrecision(2), 2, y(mark) + 4);
  }
  c.fillText(title, left, height - 4);
  for (const [curve, colour] of curves) {
    c.strokeStyle = colour;
    c.lineWidth = 1.6;
    c.beginPath();
    curve.forEach((value, band) => (band && !turns.has(band) ? c.lineTo(x(axis[band]), y(value)) : c.moveTo(x(axis[band]), y(value))));
    c.stroke();
  }
}
