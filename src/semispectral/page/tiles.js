// The pixels that the page does not hold itself: in tiles beside it, each a script that hands over its content.

const MOST_OPEN = 24;  // tiles in memory

class Tiles {
  constructor(content) {
    Object.assign(this, { ...content.tiles, content, written: new Set(content.tiles.names) });
    this.given = new Map();
    this.waiting = new Map();
    this.opened = new Map();
  }

  // A script that has run hands over the content of its tile, in base64 and compressed.
  take(name, packed) {
    this.given.set(name, packed);
    if (this.waiting.has(name)) this.waiting.get(name)();
  }

  arrived(name) {
    if (this.given.has(name)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.waiting.set(name, resolve);
      const script = document.createElement("script");
      script.src = `${this.folder}/${name}.js`;
      script.onerror = () => reject(new Error(script.src));
      document.head.append(script);
    });
  }

  // A tile is loaded once, however many ask for it meanwhile.
  open(name) {
    if (!this.opened.has(name)) {
      this.opened.set(name, this.load(name));
      if (this.opened.size > MOST_OPEN) this.opened.delete(this.opened.keys().next().value);
    }
    return this.opened.get(name);
  }

  async load(name) {
    try {
      await this.arrived(name);
      const bytes = await inflated({ dtype: "uint8", base64: this.given.get(name) });
      this.given.delete(name);
      return this.parted(bytes, name);
    } catch (error) {
      this.opened.delete(name);
      throw error;
    }
  }

  // The content of a tile, in the order in which it was packed.
  parted(bytes, name) {
    const [down, across] = name.split("-").map(Number), { lines, samples } = this.content.scan;
    const top = this.tops[down], left = across * this.side, bands = this.content.axis.length;
    const high = (down + 1 < this.tops.length ? this.tops[down + 1] : lines) - top;
    const wide = Math.min(this.side, samples - left);
    let at = 0;
    const take = (kind, count) => {
      const end = at + count * kind.BYTES_PER_ELEMENT, values = new kind(bytes.slice(at, end).buffer);
      at = end;
      return values;
    };
    const mask = take(Uint8Array, high * wide), middle = Math.floor(this.grid / 2);
    let rows = 0, kept = 0;
    const row = Int32Array.from(mask, (value) => (value ? rows++ : -1));
    const onGrid = (place) => place % this.grid === middle;
    const spectrum = Int32Array.from(mask, (value, place) => (value && onGrid(Math.floor(place / wide)) && onGrid(place % wide) ? kept++ : -1));
    const found = { top, left, high, wide, row, spectrum, curves: {} };
    found.novelty = take(Float32Array, rows);
    found.probability = take(Uint8Array, rows * this.content.model.length);
    found.values = this.content.features ? this.content.features.values.length : 0;
    found.features = take(Float32Array, rows * found.values);
    for (const kind of this.content.curves) {
      found.curves[kind] = { low: take(Float32Array, kept), step: take(Float32Array, kept), code: take(Uint8Array, kept * bands) };
    }
    return found;
  }

  nameAt(line, sample) {
    let down = 0;
    while (down + 1 < this.tops.length && this.tops[down + 1] <= line) down++;
    return `${down}-${Math.floor(sample / this.side)}`;
  }

  // What is known of a pixel, and the curves of the nearest one of its tile that has some; null where it is not classified.
  async pixel(line, sample) {
    const name = this.nameAt(line, sample);
    if (!this.written.has(name)) return null;
    const found = await this.open(name), number = this.content.model.length;
    const row = found.row[(line - found.top) * found.wide + sample - found.left];
    if (row < 0) return null;
    const near = this.nearest(found, line, sample), curves = {};
    if (near) for (const kind of this.content.curves) curves[kind] = this.curve(found.curves[kind], near.row);
    const probability = found.probability.subarray(row * number, (row + 1) * number);
    const features = found.features.subarray(row * found.values, (row + 1) * found.values);
    return { line, sample, novelty: found.novelty[row], probability, features, curves, near };
  }

  nearest(found, line, sample) {
    const reach = this.grid - 1;
    let best = null;
    for (let down = -reach; down <= reach; down++) {
      for (let across = -reach; across <= reach; across++) {
        const l = line - found.top + down, s = sample - found.left + across;
        if (l < 0 || s < 0 || l >= found.high || s >= found.wide) continue;
        const row = found.spectrum[l * found.wide + s], distance = down * down + across * across;
        if (row >= 0 && (!best || distance < best.distance)) best = { row, distance, line: line + down, sample: sample + across };
      }
    }
    return best;
  }

  // Codes are kept as differences from band to band.
  curve({ low, step, code }, row) {
    const bands = this.content.axis.length;
    let sum = 0;
    return Array.from(code.subarray(row * bands, (row + 1) * bands), (difference) => {
      sum = (sum + difference) & 255;
      return low[row] + step[row] * sum;
    });
  }
}

// Bands at which another sensor begins: there the wavelengths go back, and no line leads from band to band.
function turnsOf(axis) {
  const steps = axis.slice(1).map((value, band) => value - axis[band]);
  const rising = steps.filter((step) => step > 0).length * 2 >= steps.length;
  return new Set(steps.flatMap((step, band) => ((rising ? step < 0 : step > 0) ? [band + 1] : [])));
}

// A curve over the axis of the bands, with a gap before each of some bands.
function curveWithGaps(axis, turns, values) {
  if (!turns.size || !values.length) return { x: values.length ? axis : [], y: values };
  const split = (all, gap) => all.flatMap((value, band) => (turns.has(band) ? [gap(band), value] : [value]));
  return { x: split(axis, (band) => axis[band]), y: split(Array.from(values), () => NaN) };
}
