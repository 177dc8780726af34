// What a click shows: the spectrum of the pixel, what a model makes of it, and the means of what is labelled.

const MOST_MEANS = 12, MOST_LAST = 4096, LAST_FROM_TILES = 12;

class Spectra {
  constructor(content, arrays, labels) {
    Object.assign(this, { content, arrays, labels, bands: content.axis.length, model: content.model });
    this.turns = turnsOf(content.axis);
    this.sums = [];  // of the stored pixels of each class of the page: number, sum of spectra
    this.last = { number: 0, places: [] };
    labels.onChange((places, before) => this.count(places, before));
  }

  curve(kind, row) {
    const low = this.arrays[kind + "_low"][row], step = this.arrays[kind + "_step"][row];
    return Array.from(this.arrays[kind].subarray(row * this.bands, (row + 1) * this.bands), (code) => low + step * code);
  }

  // The stored pixel nearest to a place: its row, -1 where there is none, and where it lies.
  rowAt(line, sample) {
    const [lines, samples] = this.content.grid, stride = this.content.stride;
    const down = Math.min(lines - 1, Math.max(0, Math.round(line / stride)));
    const across = Math.min(samples - 1, Math.max(0, Math.round(sample / stride)));
    return { row: this.arrays.place[down * samples + across], line: down * stride, sample: across * stride };
  }

  // The row of a place that is stored itself; -1 else.
  storedAt(place) {
    const stride = this.content.stride, sample = place % this.labels.scan.samples;
    const line = (place - sample) / this.labels.scan.samples;
    if (line % stride || sample % stride) return -1;
    return this.arrays.place[(line / stride) * this.content.grid[1] + sample / stride];
  }

  // Keep the sums of the classes, and of what was labelled last, in step with the labels.
  count(places, before) {
    if (!places.length) return;
    const goesOn = this.labels.open && this.labels.open === this.stroke;
    if (!goesOn) this.last = { number: 0, sum: new Float64Array(this.bands), squares: new Float64Array(this.bands), places: [] };
    this.stroke = this.labels.open;
    for (let i = 0; i < places.length; i++) {
      const row = this.storedAt(places[i]), now = this.labels.at[places[i]];
      if (now && this.last.places.length < MOST_LAST) this.last.places.push(places[i]);
      if (row < 0) continue;
      this.add(this.sumOf(before[i]), row, -1);
      this.add(this.sumOf(now), row, 1);
      if (now) this.add(this.last, row, 1);
    }
  }

  sumOf(value) {
    if (!value) return null;
    return (this.sums[value] = this.sums[value] || { number: 0, sum: new Float64Array(this.bands) });
  }

  add(to, row, sign) {
    if (!to) return;
    const low = this.arrays.spectrum_low[row], step = this.arrays.spectrum_step[row], first = row * this.bands;
    to.number += sign;
    for (let band = 0; band < this.bands; band++) {
      const value = low + step * this.arrays.spectrum[first + band];
      to.sum[band] += sign * value;
      if (to.squares) to.squares[band] += value * value;
    }
  }

  // A curve as the source of a line.
  line(values) {
    return curveWithGaps(this.content.axis, this.turns, values);
  }

  source(name) {
    return Bokeh.documents[0].get_model_by_name(name);
  }

  // Where none of the pixels labelled last is on the page, take some of them from the tiles beside it.
  async fetchLast(tiles) {
    const last = this.last, { samples } = this.labels.scan, step = Math.ceil(last.places.length / LAST_FROM_TILES);
    if (!tiles || last.number || !step) return;
    const some = last.places.filter((_, i) => i % step === 0);
    const found = await Promise.all(some.map((place) => tiles.pixel(Math.floor(place / samples), place % samples).catch(() => null)));
    if (last.number) return;
    const curves = new Map(found.filter((at) => at && at.near).map((at) => [`${at.near.line} ${at.near.sample}`, at.curves.spectrum]));
    for (const values of curves.values()) {
      last.number++;
      values.forEach((value, band) => {
        last.sum[band] += value;
        last.squares[band] += value * value;
      });
    }
    if (last === this.last) this.drawLabelled();
  }

  // Draw the mean of what was labelled last, and the means of the classes of the page.
  drawLabelled() {
    const x = this.content.axis, { number, sum, squares } = this.last;
    const mean = number ? Array.from(sum, (value) => value / number) : x.map(() => NaN);
    const spread = number ? mean.map((value, band) => Math.sqrt(Math.max(0, squares[band] / number - value * value))) : [];
    this.source("selected").data = this.line(mean);
    this.source("spread").data = number
      ? { x, low: mean.map((value, band) => value - spread[band]), high: mean.map((value, band) => value + spread[band]) }
      : { x: [], low: [], high: [] };
    const shown = this.labels.classes
      .map((each, i) => ({ ...each, of: this.sums[i + 1] }))
      .filter((each) => each.of && each.of.number > 0)
      .sort((one, other) => other.of.number - one.of.number)
      .slice(0, MOST_MEANS);
    this.source("means").data = {
      x: shown.map(() => this.line(x).x),
      y: shown.map((each) => this.line(Array.from(each.of.sum, (value) => value / each.of.number)).y),
      colour: shown.map((each) => each.colour),
    };
    this.fit();
  }

  // What the page itself holds of the pixel nearest to a place; without curves where there is none.
  held(line, sample) {
    const at = this.rowAt(line, sample), { arrays, bands, model } = this;
    if (at.row < 0) return { ...at, curves: null };
    const curves = Object.fromEntries(this.content.curves.map((kind) => [kind, this.curve(kind, at.row)]));
    const of = (name, number) => arrays[name].subarray(at.row * number, (at.row + 1) * number);
    const modelled = model ? { probability: of("probability", model.length), novelty: arrays.novelty[at.row] } : {};
    const measured = this.content.features ? { features: of("features", this.content.features.values.length) } : {};
    return { line: at.line, sample: at.sample, curves, ...modelled, ...measured };
  }

  // Draw what is known of a pixel, as `held` or a tile gives it; answers it in words.
  drawPixel(at) {
    if (!at.curves) return `line ${at.line}, sample ${at.sample}: ${this.model ? "not classified (tray, background or no data)" : "no data"}`;
    const values = at.curves.spectrum || [];
    this.source("spectrum").data = this.line(values);
    const words = this.model ? this.drawModelled(at, values) : { first: [], facts: [], means: [] };
    const run = this.arrays.run ? this.arrays.run[at.sample] : -1;
    const depth = run < 0 ? NaN : this.arrays.depth_m[run * this.content.scan.lines + at.line];
    const label = this.labelOf(at);
    const facts = [label && `label: ${label}`, Number.isFinite(depth) && `depth: ${depth.toFixed(3)} m`, ...words.facts];
    this.fit();
    const place = `line ${at.line}, sample ${at.sample}`;
    const lines = [[place, words.first.join(", ")].filter(Boolean).join(": "), facts.filter(Boolean).join("; ")];
    if (this.content.features) lines.push(`absorption features: ${this.drawFeatures(at, values)}`);
    if (at.near === null) lines.push("no spectrum is kept near it");
    if (at.near && at.near.distance) lines.push(`spectrum of line ${at.near.line}, sample ${at.near.sample}, the nearest that is kept`);
    if (words.means.length) lines.push(`nearest class means: ${words.means.join(", ")}`);
    return lines.filter(Boolean).join("\n");
  }

  labelOf({ line, sample }) {
    const place = line * this.labels.scan.samples + sample;
    const value = this.labels.at[place] || (this.arrays.given ? this.arrays.given[place] : 0);
    return value ? this.labels.classes[value - 1].name : "";
  }

  drawModelled(at, values) {
    const names = this.model.map((each) => each.name);
    this.source("reconstruction").data = this.line(at.curves.reconstruction || []);
    const means = values.length ? this.nearest(values) : [];
    this.source("nearest").data = this.line(means.length ? means[0].mean : []);
    const share = Array.from(at.probability, (p) => p / 255);
    const colour = this.model.map((each) => each.colour);
    this.source("probability").data = { name: names, probability: share, colour };
    const likely = names.map((name, i) => [share[i], name]).sort((a, b) => b[0] - a[0]).slice(0, 3);
    return {
      first: likely.map(([p, name]) => `${name} ${p.toFixed(2)}`),
      facts: [novelty(at.novelty)],
      means: means.slice(0, 3).map((each) => `${each.name} ${each.degrees.toFixed(1)}°`),
    };
  }

  drawFeatures(at, values) {
    const { features, axis } = this.content, found = featuresOf(features, at.features, 0);
    const fits = values.length ? fitsOf(features, axis, values, found) : { hull: { x: [], y: [] }, fit: { x: [], y: [] } };
    this.source("hull").data = fits.hull;
    this.source("fit").data = fits.fit;
    return featureWords(features, found);
  }

  nearest(values) {
    const found = this.model.map(({ name }, i) => {
      const mean = Array.from(this.arrays.means.subarray(i * this.bands, (i + 1) * this.bands));
      return { name, mean, degrees: mean.some(Number.isNaN) ? NaN : angle(values, mean) };
    });
    return found.filter((each) => Number.isFinite(each.degrees)).sort((one, other) => one.degrees - other.degrees);
  }

  // The height of the plot follows what is shown in it.
  fit() {
    const names = ["spectrum", "reconstruction", "nearest", "selected"].map((name) => this.source(name)).filter(Boolean);
    const curves = [...names.map((each) => Array.from(each.data.y)), ...this.source("means").data.y];
    const values = curves.flat().filter(Number.isFinite);
    if (!values.length) return;
    const low = values.reduce((a, b) => Math.min(a, b)), high = values.reduce((a, b) => Math.max(a, b));
    const edge = 0.05 * (high - low || 1), range = this.source("spectra").y_range;
    range.start = low - edge;
    range.end = high + edge;
  }
}

function novelty(nats) {
  if (!Number.isFinite(nats)) return "";
  return nats > 0 ? `none of the known: ${nats.toFixed(0)} nats beyond the threshold`
                  : `like the known: ${(-nats).toFixed(0)} nats within the threshold`;
}

// The angle between two spectra, in degrees.
function angle(one, other) {
  let dot = 0, first = 0, second = 0;
  for (let band = 0; band < one.length; band++) {
    dot += one[band] * other[band];
    first += one[band] ** 2;
    second += other[band] ** 2;
  }
  return (Math.acos(Math.min(1, dot / Math.sqrt(first * second))) * 180) / Math.PI;
}
