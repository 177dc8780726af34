// The page: what is in it, its buttons and keys, and what is kept.

const KEPT_AFTER_MS = 400, TOOL_KEYS = { l: "look", p: "pixel", c: "patch", b: "brush", g: "polygon" };
const NEW_COLOURS = ["#e377c2", "#17becf", "#bcbd22", "#8c564b", "#9467bd", "#2ca02c", "#ff7f0e", "#1f77b4", "#d62728", "#7f7f7f"];
const errors = [];
window.addEventListener("error", (event) => failed(event.message));
window.addEventListener("unhandledrejection", (event) => failed(String(event.reason)));

function failed(message) {
  errors.push(message);
  document.body.dataset.errors = errors.join(" | ");
}

const element = (id) => document.getElementById(id);

async function start() {
  const content = JSON.parse(element("content").textContent);
  const unpack = async (packed) => Object.fromEntries(await Promise.all(Object.entries(packed).map(async ([name, array]) => [name, await inflated(array)])));
  const arrays = await unpack(content.arrays);
  const picture = { ...content.picture, colours: await coloursOf(content.picture.jpeg) };
  const rasters = await Promise.all(content.overlays.map((each) => inflated(each.place)));
  const rasterOf = (number) => everyPixel(rasters[number], content.overlays[number].thin, content.scan);
  const labels = new Labels(content.scan, content.classes, content.taken);
  const view = new View(element("view"), content.scan, picture);
  const spectra = new Spectra(content, arrays, labels);
  const tiles = content.tiles ? new Tiles(content) : null;
  let asked = 0;
  const state = { tool: "look", chosen: labels.classes.length ? 1 : 0, overlay: 0 };

  const overLayer = { at: null, colours: null, opacity: 0.6 };
  if (content.overlays.length) Object.assign(overLayer, { at: rasterOf(0), colours: palette(content.overlays[0].colours) });
  const givenLayer = { at: arrays.given, colours: null, opacity: GIVEN_OPACITY, hatched: true };
  const labelLayer = { at: labels.at, colours: null, opacity: LABELS_OPACITY, hatched: true };
  view.layers = [overLayer, givenLayer, labelLayer];

  const tools = toolsFor({
    view,
    labels,
    chosen: () => state.chosen,
    overlay: () => overLayer.at,
    show: (line, sample) => show(line, sample),
  });

  // Show the pixel itself, from the page or from its tile; where the tiles are not there, the nearest that the page holds.
  function show(line, sample) {
    const turn = ++asked, held = spectra.held(line, sample);
    if (!tiles || (held.line === line && held.sample === sample)) return draw(held);
    mark({ line, sample });
    tiles.pixel(line, sample).then(
      (at) => turn === asked && draw(at || { line, sample, curves: null }),
      () => turn === asked && draw(held, { line, sample }, `The folder ${tiles.folder} is not beside this page: copy it there. Shown is the nearest pixel that the page holds.`),
    );
  }

  // The mark is where the pixel is that is shown, and the address names the one that was asked for.
  function mark({ line, sample }, asked = { line, sample }) {
    view.mark = { line, sample };
    view.redraw();
    const address = `#click=${asked.line},${asked.sample}`;
    if (window.location.hash !== address) window.location.replace(address);
  }

  function draw(at, asked = at, note = "") {
    mark(at, asked);
    element("pixel").textContent = [spectra.drawPixel(at), overlayAt(asked), note].filter(Boolean).join("\n");
  }

  // What the overlay that is shown says of a pixel: colours of many groups are not told apart by eye.
  function overlayAt({ line, sample }) {
    const overlay = content.overlays[state.overlay], value = overlay ? overLayer.at[line * content.scan.samples + sample] : 0;
    return value ? `${overlay.name}: ${overlay.names[value - 1]}` : "";
  }

  function choose(value) {
    state.chosen = value;
    for (const row of element("classes").children) row.setAttribute("aria-checked", String(Number(row.dataset.value) === value));
    const row = element("classes").querySelector(`[data-value="${value}"]`);
    if (row) row.scrollIntoView({ block: "nearest" });
  }

  function pickTool(name) {
    state.tool = name;
    for (const button of element("tools").children) button.setAttribute("aria-pressed", String(button.dataset.tool === name));
    view.brush = name === "brush" ? Number(element("size").value) : null;
    if (name !== "polygon") view.corners = [];
    element("brush-size").hidden = name !== "brush";
    view.redraw();
  }

  function drawClasses() {
    const rows = [["none: takes labels away", "#ffffff", "0"], ...labels.classes.map(({ name, colour, pixels }, i) => [name, colour, i < 9 ? String(i + 1) : "", pixels])];
    element("classes").replaceChildren(...rows.map(([name, colour, key, pixels], value) => classRow(name, colour, key, pixels, value)));
    const colours = palette(labels.classes.map((each) => each.colour));
    labelLayer.colours = givenLayer.colours = colours;
    view.paint();
    choose(state.chosen);
  }

  function classRow(name, colour, key, pixels, value) {
    const row = document.createElement("li"), swatch = document.createElement("span"), words = document.createElement("b");
    row.dataset.value = value;
    row.setAttribute("role", "radio");
    row.tabIndex = -1;
    swatch.className = "swatch";
    swatch.style.background = colour;
    words.textContent = name;
    const shortcut = document.createElement("kbd"), number = document.createElement("i");
    shortcut.textContent = key;
    number.textContent = pixels || "";
    row.append(swatch, words, shortcut, number);
    row.addEventListener("click", () => choose(value));
    return row;
  }

  let later = 0;
  function changed() {
    for (const row of element("classes").children) {
      const of = labels.classes[Number(row.dataset.value) - 1];
      if (of) row.lastChild.textContent = of.pixels || "";
    }
    if (element("classes").children.length !== labels.classes.length + 1) drawClasses();
    element("undo").disabled = !labels.done.length;
    element("redo").disabled = !labels.undone.length;
    element("table").hidden = !labels.added.length;
    for (const id of ["geojson", "png", "clear"]) element(id).disabled = !labels.count;
    window.clearTimeout(later);
    later = window.setTimeout(keep, KEPT_AFTER_MS);
  }

  function keep() {
    spectra.drawLabelled();
    spectra.fetchLast(tiles);
    say(stateWords(keepInBrowser(labels)));
    document.body.dataset.kept = String(labels.count);
  }

  function stateWords(kept) {
    if (!labels.classes.length) return "There is no class yet: name the first one, and press Add.";
    if (!labels.count) return "Nothing is labelled here: choose a class and a tool, then click the picture.";
    const pixels = `${labels.count} pixels labelled here`;
    return kept ? `${pixels}; kept in this browser. Download them to train with them.` : `${pixels}; this browser keeps nothing: download them before you close the page.`;
  }

  function say(words) {
    element("said").textContent = words;
  }

  function layOver(number) {
    state.overlay = number;
    overLayer.at = rasterOf(number);
    overLayer.colours = palette(content.overlays[number].colours);
    document.querySelectorAll(".legend").forEach((legend, i) => (legend.hidden = i !== number));
    view.paint();
    if (view.mark) show(view.mark.line, view.mark.sample);
  }

  // What a press does beside the tool: the pixel below it is shown.
  function after(event) {
    const [sample, line] = view.pixelAt(event);
    if (event.type === "pointerup" && ["pixel", "patch", "brush"].includes(state.tool) && view.placeOf([sample, line]) >= 0) show(Math.floor(line), Math.floor(sample));
  }

  function step(key, shift) {
    const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[key];
    if (shift) {
      const { line, sample } = view.mark || { line: 0, sample: 0 }, by = tiles ? 1 : content.stride;
      const to = [Math.min(content.scan.lines - 1, Math.max(0, line + by * moves[0])), Math.min(content.scan.samples - 1, Math.max(0, sample + by * moves[1]))];
      show(...to);
      view.reveal(...to);
    } else if (moves[0]) {
      choose(Math.min(labels.classes.length, Math.max(0, state.chosen + moves[0])));
    }
  }

  // Enter closes a polygon, or gives the class to the marked pixel, or to its patch.
  function enter() {
    if (state.tool === "polygon") return tools.polygon.done();
    if (!view.mark) return;
    const tool = state.tool === "patch" ? tools.patch : tools.pixel;
    tool.click([view.mark.sample + 0.5, view.mark.line + 0.5]);
  }

  function onKey(event) {
    if (["INPUT", "SELECT", "TEXTAREA"].includes(event.target.tagName) && event.target.type !== "range") return;
    const letter = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey) {
      if (letter === "z") (event.shiftKey ? labels.redo() : labels.undo());
      else if (letter === "y") labels.redo();
      else return;
    } else if (event.altKey) return;
    else if (/^[0-9]$/.test(event.key) && Number(event.key) <= labels.classes.length) choose(Number(event.key));
    else if (event.key.startsWith("Arrow") && event.target.type !== "range") step(event.key, event.shiftKey);
    else if (event.key === "Enter" && event.target.tagName !== "BUTTON") enter();
    else if (event.key === "Escape") view.corners = [];
    else if (event.key === "[" || event.key === "]") resize(event.key === "]" ? 1 : -1);
    else if (TOOL_KEYS[letter] && !(TOOL_KEYS[letter] === "patch" && !rasters.length)) pickTool(TOOL_KEYS[letter]);
    else return;
    event.preventDefault();
    view.redraw();
  }

  function resize(by) {
    const size = element("size");
    size.value = String(Number(size.value) + by);
    if (view.brush) view.brush = Number(size.value);
  }

  function fromAddress() {
    const match = /^#click=(\d+),(\d+)$/.exec(window.location.hash);
    if (!match) return;
    show(Number(match[1]), Number(match[2]));
    view.reveal(view.mark.line, view.mark.sample);
  }

  function addClass(event) {
    event.preventDefault();
    const refused = labels.add(element("new-name").value, element("new-colour").value);
    if (refused) return say(refused);
    element("new-name").value = "";
    const free = NEW_COLOURS.filter((colour) => !labels.classes.some((each) => each.colour.toLowerCase() === colour));
    if (free.length) element("new-colour").value = free[0];
    choose(labels.classes.length);
  }

  async function load(event) {
    const [file] = event.target.files;
    if (!file) return;
    const refused = takeGeoJson(labels, await file.text());
    event.target.value = "";
    if (refused) {
      window.clearTimeout(later);
      say(refused);
    }
  }

  labels.onChange((places) => view.paint(places));
  labels.onChange(changed);
  drawClasses();
  followPointers(element("view"), view, () => tools[state.tool], after);
  document.addEventListener("keydown", onKey);
  for (const button of element("tools").children) button.addEventListener("click", () => pickTool(button.dataset.tool));
  element("undo").addEventListener("click", () => labels.undo());
  element("redo").addEventListener("click", () => labels.redo());
  element("whole").addEventListener("click", () => view.whole());
  element("size").addEventListener("input", () => resize(0));
  element("opacity").addEventListener("input", (event) => {
    overLayer.opacity = Number(event.target.value);
    view.paint();
  });
  if (element("overlay")) element("overlay").addEventListener("change", (event) => layOver(Number(event.target.value)));
  if (element("show-given")) element("show-given").addEventListener("change", (event) => {
    givenLayer.opacity = event.target.checked ? GIVEN_OPACITY : 0;
    view.paint();
  });
  element("add").addEventListener("submit", addClass);
  const { scene } = content.scan;
  element("geojson").addEventListener("click", () => download(`${scene}_labels.geojson`, asGeoJson(labels), "application/geo+json"));
  element("png").addEventListener("click", async () => download(`${scene}_labels.png`, await asPng(labels)));
  element("table").addEventListener("click", () => download("classes.tsv", asClassTable(labels), "text/tab-separated-values"));
  element("clear").addEventListener("click", () => labels.give(Array.from(labels.at.keys()).filter((place) => labels.at[place]), 0));
  element("load").addEventListener("change", load);

  pickTool("look");
  takeFromBrowser(labels);
  changed();
  window.semispectral = { tile: (name, packed) => tiles.take(name, packed), show, labels, view, spectra, choose, pickTool, tools, takeGeoJson, asGeoJson, asPng, filled, traced, patchAt, alongPath, turnsOf, curveWithGaps };
  document.body.dataset.ready = "yes";
  fromAddress();
  window.addEventListener("hashchange", fromAddress);
}

function whenReady() {
  const drawn = typeof Bokeh !== "undefined" && Bokeh.documents.length && Bokeh.documents[0].get_model_by_name("spectrum");
  if (drawn) start().catch((error) => {
    element("pixel").textContent = `This browser cannot show the page (${error.message}); a newer one can.`;
    failed(String(error));
  });
  else window.setTimeout(whenReady, 50);
}

whenReady();
