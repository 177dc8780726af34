// The picture of the scan on a canvas, with an overlay and the labels over it. The colours of all pixels are kept, and
// renewed where something changes; a frame looks up what the window shows, so that a large scan costs no more than a small one.

const LARGEST_SCALE = 40, LABELS_OPACITY = 0.8, GIVEN_OPACITY = 0.45, NARROW = 16, HATCH = 4;

class View {
  // layers: rasters { at, colours, opacity, hatched } over the picture, in their order; at[place] 0 is nothing. Hatched
  // ones are told from a map in the same colours.
  constructor(canvas, scan, picture) {
    Object.assign(this, { canvas, scan, picture, layers: [], mark: null, brush: null, corners: [], pointer: null });
    this.wide = Math.max(1, Math.ceil(NARROW / scan.samples));  // a scan of one sample per line would not be seen
    this.context = canvas.getContext("2d");
    this.colours = new Uint32Array(scan.lines * scan.samples);
    this.resize();
    new ResizeObserver(() => this.resize()).observe(canvas);
  }

  // Take the size that the canvas has on the page. What is in the middle stays there; at first the whole scan is shown, or
  // of a long one the beginning in full width.
  resize() {
    const box = this.canvas.getBoundingClientRect();
    if (!box.width || !box.height) return;
    const wider = Math.round(box.width) - this.canvas.width, higher = Math.round(box.height) - this.canvas.height;
    this.canvas.width += wider;
    this.canvas.height += higher;
    const across = box.width / (this.scan.samples * this.wide);
    this.least = Math.min(across, box.height / this.scan.lines);
    if (this.scale) this.move(-wider / 2 / (this.scale * this.wide), -higher / 2 / this.scale);
    else this.show(Math.max(this.least, Math.min(1, across)));
  }

  whole() {
    this.show(this.least);
  }

  // Show the scan in a scale, from its first line.
  show(scale) {
    this.scale = Math.min(LARGEST_SCALE, scale);
    this.left = this.scan.samples / 2 - this.canvas.width / 2 / (this.scale * this.wide);
    this.top = Math.min(0, this.scan.lines / 2 - this.canvas.height / 2 / this.scale);
    this.redraw();
  }

  // [sample, line] with fractions, of a point of the window.
  pixelAt(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) * this.canvas.width) / box.width;
    const y = ((event.clientY - box.top) * this.canvas.height) / box.height;
    return [this.left + x / (this.scale * this.wide), this.top + y / this.scale];
  }

  // The point of the window over the centre of a pixel.
  windowAt(line, sample) {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = this.canvasAt([sample + 0.5, line + 0.5]);
    return [box.left + (x * box.width) / this.canvas.width, box.top + (y * box.height) / this.canvas.height];
  }

  canvasAt([sample, line]) {
    return [(sample - this.left) * this.scale * this.wide, (line - this.top) * this.scale];
  }

  // The place of a pixel; -1 beside the scan.
  placeOf([sample, line]) {
    const [x, y] = [Math.floor(sample), Math.floor(line)];
    return x >= 0 && y >= 0 && x < this.scan.samples && y < this.scan.lines ? y * this.scan.samples + x : -1;
  }

  move(samples, lines) {
    this.left = Math.min(this.scan.samples, Math.max(-this.canvas.width / (this.scale * this.wide), this.left + samples));
    this.top = Math.min(this.scan.lines, Math.max(-this.canvas.height / this.scale, this.top + lines));
    this.redraw();
  }

  // Zoom by a factor; the given [sample, line] stays where it is.
  zoom(factor, [sample, line]) {
    const scale = Math.min(LARGEST_SCALE, Math.max(this.least / 2, this.scale * factor));
    this.left = sample - ((sample - this.left) * this.scale) / scale;
    this.top = line - ((line - this.top) * this.scale) / scale;
    this.scale = scale;
    this.redraw();
  }

  // Bring a pixel into the window, if it is not there.
  reveal(line, sample) {
    const [x, y] = this.canvasAt([sample, line]);
    if (x < 0 || x >= this.canvas.width) this.left = sample - this.canvas.width / 2 / (this.scale * this.wide);
    if (y < 0 || y >= this.canvas.height) this.top = line - this.canvas.height / 2 / this.scale;
    this.redraw();
  }

  // Renew the colours of all pixels, or of some.
  paint(places) {
    const { samples } = this.scan, { colours, thin, shape } = this.picture;
    const layers = this.layers.filter((layer) => layer.at && layer.opacity > 0);
    const number = places ? places.length : this.colours.length;
    for (let i = 0; i < number; i++) {
      const place = places ? places[i] : i, sample = place % samples, line = (place - sample) / samples;
      const from = 4 * (((line / thin) | 0) * shape[1] + ((sample / thin) | 0));
      let red = colours[from], green = colours[from + 1], blue = colours[from + 2];
      for (const { at, colours: own, opacity, hatched } of layers) {
        const of = 3 * at[place];
        if (!of) continue;
        const light = hatched && (sample + line) % HATCH === 0 ? 0.5 : 0;
        red += (own[of] + (255 - own[of]) * light - red) * opacity;
        green += (own[of + 1] + (255 - own[of + 1]) * light - green) * opacity;
        blue += (own[of + 2] + (255 - own[of + 2]) * light - blue) * opacity;
      }
      this.colours[place] = 0xff000000 | (blue << 16) | (green << 8) | red;
    }
    this.redraw();
  }

  redraw() {
    if (!this.asked) this.asked = window.requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.asked = 0;
    this.context.putImageData(this.composed(), 0, 0);
    this.drawCorners();
    this.drawMark();
    this.drawBrush();
  }

  composed() {
    const { width, height } = this.canvas, { samples, lines } = this.scan;
    const image = this.context.createImageData(width, height), out = new Uint32Array(image.data.buffer);
    const sampleAt = new Int32Array(width).map((_, x) => Math.floor(this.left + (x + 0.5) / (this.scale * this.wide)));
    const start = sampleAt.findIndex((sample) => sample >= 0), beyond = sampleAt.findIndex((sample) => sample >= samples);
    const end = beyond < 0 ? width : beyond;
    for (let y = 0; y < height && start >= 0; y++) {
      const line = Math.floor(this.top + (y + 0.5) / this.scale);
      if (line < 0 || line >= lines) continue;
      const first = line * samples, row = y * width;
      for (let x = start; x < end; x++) out[row + x] = this.colours[first + sampleAt[x]];
    }
    return image;
  }

  twice(draw) {
    for (const [colour, width] of [["white", 4], ["black", 1.6]]) {
      this.context.strokeStyle = colour;
      this.context.lineWidth = width;
      this.context.beginPath();
      draw(this.context);
      this.context.stroke();
    }
  }

  drawMark() {
    if (!this.mark) return;
    const [x, y] = this.canvasAt([this.mark.sample + 0.5, this.mark.line + 0.5]);
    this.twice((pen) => {
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
        pen.moveTo(x + 4 * dx, y + 4 * dy);
        pen.lineTo(x + 12 * dx, y + 12 * dy);
      }
    });
  }

  drawBrush() {
    if (!this.brush || !this.pointer) return;
    const [x, y] = this.canvasAt(this.pointer);
    this.twice((pen) => pen.ellipse(x, y, this.brush * this.scale * this.wide, this.brush * this.scale, 0, 0, 2 * Math.PI));
  }

  drawCorners() {
    if (!this.corners.length) return;
    const path = [...this.corners, ...(this.pointer ? [this.pointer] : [])].map((corner) => this.canvasAt(corner));
    this.twice((pen) => {
      path.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
      pen.closePath();
    });
  }
}

// Red, green and blue of colours like #1f77b4, after three zeros for the value 0.
function palette(colours) {
  return Uint8Array.from([0, 0, 0, ...colours.flatMap((text) => [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16)))]);
}
