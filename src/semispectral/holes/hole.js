// The page of a hole: scrolling, zoom, the guide, links to the pages of the boxes, and the pixel that is shown.

const byId = (id) => document.getElementById(id), scroll = byId("scroll"), opacity = byId("opacity");
const strips = HOLE.strips, ends = [Math.min(...strips.map((each) => each.top)), Math.max(...strips.map((each) => each.bottom))];
const lineM = strips.reduce((least, each) => Math.min(least, (each.bottom - each.top) / (each.lines[1] - each.lines[0])), Infinity);
const TALLEST = 12e6;  // pixels that an element may be high
const drawing = new Drawing(byId("log"), HOLE, opacity), spectra = new Spectra(HOLE);
let scale = 1, shownPlace = null, shownPixel = null;

const inner = () => Math.max(1, scroll.clientHeight - HEAD);
const least = () => inner() / (ends[1] - ends[0]);
const most = () => Math.min(TALLEST / (ends[1] - ends[0]), 8 / lineM);
const topNow = () => ends[0] + scroll.scrollTop / scale;

function look() {
  drawing.look(topNow(), scale);
  drawGuide(byId("guide"), HOLE, ends, [topNow(), topNow() + inner() / scale]);
  if (document.activeElement !== byId("depth")) byId("depth").value = topNow().toFixed(2);
}

// Height of what scrolls: the whole hole, below a window that stays.
function zoomed(wanted, depth = topNow() + inner() / scale / 2) {
  scale = Math.min(Math.max(wanted, least()), Math.max(most(), least()));
  const whole = (ends[1] - ends[0]) * scale;
  byId("tall").style.height = `${Math.max(0, whole + HEAD - scroll.clientHeight)}px`;
  scroll.scrollTop = (depth - ends[0]) * scale - inner() / 2;
  look();
}

function goTo(depth) {
  scroll.scrollTop = (depth - ends[0]) * scale;
  look();
}

function fit() {
  const depth = topNow() + inner() / scale / 2;
  byId("window").style.height = `${scroll.clientHeight}px`;
  drawing.sized(scroll.clientWidth, scroll.clientHeight);
  zoomed(scale, depth);
  if (!byId("pixel").hidden) drawSpectrum(byId("spectrum"), shownPixel);
}

// A link to the page of each scan at the top of its first strip in the window.
drawing.drawn = (here) => {
  const links = byId("boxes"), seen = new Set(), wanted = [];
  for (const number of here) {
    const strip = strips[number];
    if (seen.has(strip.scene) || wanted.length > 40) continue;
    seen.add(strip.scene);
    wanted.push([strip.scene, Math.max(HEAD, drawing.y(strip.top)) + 2]);
  }
  while (links.children.length > wanted.length) links.lastChild.remove();
  wanted.forEach(([scene, y], place) => {
    const link = links.children[place] || links.appendChild(document.createElement("a"));
    if (link.textContent !== scene) { link.textContent = scene; link.href = HOLE.pages[scene]; link.title = `The page of ${scene}`; }
    link.style.transform = `translate(${drawing.layout.columns.core.at + 2}px, ${Math.round(y)}px)`;
  });
};

async function show(place) {
  shownPlace = place;
  drawing.marked = place;
  drawing.ask();
  byId("pixel").hidden = false;
  byId("said").textContent = "…";
  fit();
  try {
    const found = await spectra.pixel(place);
    if (shownPlace !== place) return;
    shownPixel = found;
    byId("said").textContent = wordsOf(HOLE, place, found);
    const link = document.createElement("a");
    link.href = `${HOLE.pages[place.scene]}#click=${place.line},${place.sample}`;
    link.textContent = "\nthe page of this scan";
    byId("said").append(link);
  } catch (error) {
    byId("said").textContent = error.message;
    shownPixel = null;
  }
  drawSpectrum(byId("spectrum"), shownPixel);
}

function hide() {
  byId("pixel").hidden = true;
  drawing.marked = shownPlace = null;
  fit();
}

scroll.addEventListener("scroll", look, { passive: true });
window.addEventListener("resize", fit);
opacity.addEventListener("input", () => drawing.ask());
byId("closer").addEventListener("click", () => zoomed(scale * 1.6));
byId("farther").addEventListener("click", () => zoomed(scale / 1.6));
byId("close").addEventListener("click", hide);
byId("depth").addEventListener("change", (event) => goTo(Number(event.target.value)));
byId("guide").addEventListener("click", (event) => goTo(ends[0] + (event.offsetY / byId("guide").clientHeight) * (ends[1] - ends[0]) - inner() / scale / 2));
byId("log").addEventListener("click", (event) => {
  const place = drawing.pixelAt(event.offsetX, event.offsetY);
  if (place) show(place);
});
document.addEventListener("keydown", (event) => {
  if (event.target.tagName === "INPUT") return;
  if (event.key === "+") zoomed(scale * 1.6);
  if (event.key === "-") zoomed(scale / 1.6);
  if (event.key === "Escape") hide();
});

// A line of core is a pixel high at first, and the whole hole is shown where it is shorter than the window.
window.semispectral = { scene: (facts) => { spectra.handed = facts; }, tile: (name, packed) => spectra.open.take(name, packed), drawing, show, zoomed, goTo, spectra };
scale = Math.max(1 / lineM, 1);
fit();
goTo(ends[0]);
