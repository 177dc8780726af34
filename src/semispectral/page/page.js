"use strict";
// What a click on the map shows. The pixels are in the page, base64 in JSON; see semispectral.page.pixels.
(function () {
  const errors = [];
  window.addEventListener("error", (event) => {
    errors.push(event.message);
    document.body.dataset.errors = errors.join(" | ");
  });
  const pixels = JSON.parse(document.getElementById("pixels").textContent);
  const types = { uint8: Uint8Array, int32: Int32Array, float32: Float32Array };

  function decoded(packed) {
    const bytes = Uint8Array.from(atob(packed.base64), (letter) => letter.charCodeAt(0));
    return new types[packed.dtype](bytes.buffer);
  }
  const arrays = Object.fromEntries(Object.entries(pixels.arrays).map(([name, packed]) => [name, decoded(packed)]));
  const bands = pixels.axis.length;
  const classes = pixels.names.length;
  const label = decoded(pixels.label), depth = decoded(pixels.depth_m);

  // The height of the plot of spectra follows what is shown in it.
  function fit(curves) {
    const values = curves.flat().filter(Number.isFinite);
    const low = values.reduce((a, b) => Math.min(a, b)), high = values.reduce((a, b) => Math.max(a, b));
    const edge = 0.05 * (high - low || 1), range = model("spectra").y_range;
    range.start = low - edge;
    range.end = high + edge;
  }

  function novelty(nats) {
    if (!Number.isFinite(nats)) return "";
    return nats > 0 ? `none of the known: ${nats.toFixed(0)} nats beyond the threshold`
                    : `like the known: ${(-nats).toFixed(0)} nats within the threshold`;
  }

  function model(name) {
    return Bokeh.documents[0].get_model_by_name(name);
  }

  function spectrum(kind, row) {
    const low = arrays[kind + "_low"][row], step = arrays[kind + "_step"][row];
    return Array.from(arrays[kind].subarray(row * bands, (row + 1) * bands), (code) => low + step * code);
  }

  function angle(one, other) {
    let dot = 0, first = 0, second = 0;
    for (let band = 0; band < bands; band++) {
      dot += one[band] * other[band];
      first += one[band] ** 2;
      second += other[band] ** 2;
    }
    return (Math.acos(Math.min(1, dot / Math.sqrt(first * second))) * 180) / Math.PI;
  }

  function nearest(values) {
    const found = [];
    for (let label = 0; label < classes; label++) {
      const mean = Array.from(arrays.means.subarray(label * bands, (label + 1) * bands));
      if (!mean.some(Number.isNaN)) found.push({ name: pixels.names[label], mean, degrees: angle(values, mean) });
    }
    return found.sort((one, other) => one.degrees - other.degrees);
  }

  function rowAt(line, sample) {
    const [lines, samples] = pixels.grid;
    const down = Math.min(lines - 1, Math.max(0, Math.round(line / pixels.stride)));
    const across = Math.min(samples - 1, Math.max(0, Math.round(sample / pixels.stride)));
    return { row: arrays.place[down * samples + across], line: down * pixels.stride, sample: across * pixels.stride };
  }

  function show(line, sample) {
    const at = rowAt(line, sample);
    const status = document.getElementById("pixel");
    model("mark").data = { x: [at.sample + 0.5], y: [at.line + 0.5] };
    const address = `#click=${at.line},${at.sample}`;
    if (window.location.hash !== address) window.location.replace(address);
    if (at.row < 0) {
      status.textContent = `line ${at.line}, sample ${at.sample}: not classified (tray, background or no data)`;
      return;
    }
    const values = spectrum("spectrum", at.row);
    model("spectrum").data = { x: pixels.axis, y: values };
    if (pixels.reconstructs) {
      model("reconstruction").data = { x: pixels.axis, y: spectrum("reconstruction", at.row) };
    }
    const means = nearest(values);
    model("nearest").data = means.length ? { x: pixels.axis, y: means[0].mean } : { x: [], y: [] };
    const share = Array.from(arrays.probability.subarray(at.row * classes, (at.row + 1) * classes), (p) => p / 255);
    model("probability").data = { name: pixels.names, probability: share, colour: pixels.colours };
    const likely = pixels.names.map((name, label) => [share[label], name]).sort((a, b) => b[0] - a[0]).slice(0, 3);
    const facts = [
      label[at.row] >= 0 ? `label: ${pixels.names[label[at.row]]}` : "",
      Number.isFinite(depth[at.row]) ? `depth: ${depth[at.row].toFixed(3)} m` : "",
      novelty(arrays.novelty[at.row]),
    ];
    status.textContent =
      `line ${at.line}, sample ${at.sample}: ` + likely.map(([p, name]) => `${name} ${p.toFixed(2)}`).join(", ") +
      "\n" + facts.filter(Boolean).join("; ") +
      "\nnearest class means: " + means.slice(0, 3).map((m) => `${m.name} ${m.degrees.toFixed(1)}°`).join(", ");
    const curves = ["spectrum", "reconstruction", "nearest"].map((name) => Array.from(model(name).data.y));
    fit(curves);
  }

  function fromAddress() {
    const match = /^#click=(\d+),(\d+)$/.exec(window.location.hash);
    if (match) show(Number(match[1]), Number(match[2]));
  }

  function whenReady() {
    if (typeof Bokeh === "undefined" || !Bokeh.documents.length || !model("mark")) {
      window.setTimeout(whenReady, 50);
      return;
    }
    document.body.dataset.ready = "yes";
    fromAddress();
    window.addEventListener("hashchange", fromAddress);
  }

  window.semispectral = { show };
  whenReady();
})();
