// Labels as files: GeoJSON in pixels, a PNG of codes, classes.tsv; read again, and kept in the browser's storage.

const MEMBER = "semispectral_labels", STORAGE = "semispectral labels ";

function identityOf(scan) {
  return { scene: scan.scene, lines: scan.lines, samples: scan.samples, content: scan.content };
}

// GeoJSON: a feature for each connected patch; x is the sample, y the line, downwards, at the edges of pixels.
function asGeoJson(labels) {
  const features = traced(labels.at, labels.scan.samples).map(({ value, rings }) => {
    const { name, code, colour } = labels.classes[value - 1];
    return { type: "Feature", properties: { class: name, code, colour }, geometry: { type: "Polygon", coordinates: rings } };
  });
  return JSON.stringify({ type: "FeatureCollection", [MEMBER]: identityOf(labels.scan), features });
}

// Put the labels of a file over those of the page, as one step; answers why it cannot be, or nothing.
function takeGeoJson(labels, text) {
  let content;
  try {
    content = JSON.parse(text);
  } catch (error) {
    return `This is no GeoJSON: ${error.message}`;
  }
  const scan = labels.scan, found = (content && content[MEMBER]) || {};
  if (!content || !Array.isArray(content.features) || !found.content) return "This is no file of labels from a page.";
  if (found.content !== scan.content || found.lines !== scan.lines || found.samples !== scan.samples) {
    return `These labels were drawn on another scan, ${found.scene} (${found.lines} lines, ${found.samples} samples).`;
  }
  labels.begin();
  try {
    for (const { properties, geometry } of content.features) {
      const refused = labels.placeOf(properties.class) < 0 && labels.add(properties.class, properties.colour, properties.code);
      if (refused) return refused;
      const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
      const value = labels.placeOf(properties.class) + 1;
      for (const rings of polygons) labels.give(filled(rings, scan.lines, scan.samples), value);
    }
  } catch (error) {
    return `This file of labels is damaged: ${error.message}`;
  } finally {
    labels.end();
  }
  return "";
}

function asClassTable(labels) {
  const rows = labels.classes.map(({ code, name, colour }) => [code, name, colour].join("\t"));
  return ["code\tname\tcolour", ...rows].join("\n") + "\n";
}

// PNG of codes, 8 or 16 bits grey, with the identity of the scan as a text in it.
async function asPng(labels) {
  const { lines, samples } = labels.scan, codes = [0, ...labels.classes.map((each) => each.code)];
  const wide = Math.max(...codes) > 255 ? 2 : 1, row = samples * wide + 1, bytes = new Uint8Array(row * lines);
  for (let place = 0; place < labels.at.length; place++) {
    const sample = place % samples, at = ((place - sample) / samples) * row + 1 + sample * wide, code = codes[labels.at[place]];
    if (wide === 2) bytes[at] = code >> 8;
    bytes[at + wide - 1] = code & 255;
  }
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, samples);
  header.setUint32(4, lines);
  header.setUint8(8, 8 * wide);
  const text = new TextEncoder().encode(`${MEMBER}\0${JSON.stringify(identityOf(labels.scan))}`);
  const signature = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]);
  const chunks = [["IHDR", new Uint8Array(header.buffer)], ["tEXt", text], ["IDAT", await deflated(bytes)], ["IEND", new Uint8Array(0)]];
  return new Blob([signature, ...chunks.map(([name, content]) => pngChunk(name, content))], { type: "image/png" });
}

function pngChunk(name, content) {
  const chunk = new Uint8Array(content.length + 12), view = new DataView(chunk.buffer);
  view.setUint32(0, content.length);
  chunk.set(new TextEncoder().encode(name), 4);
  chunk.set(content, 8);
  view.setUint32(content.length + 8, crc32(chunk.subarray(4, content.length + 8)));
  return chunk;
}

function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return (value ^ 0xffffffff) >>> 0;
}

async function deflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function inflated(packed) {
  const text = atob(packed.base64), bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const types = { uint8: Uint8Array, uint16: Uint16Array, int32: Int32Array, float32: Float32Array };
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new types[packed.dtype](await new Response(stream).arrayBuffer());
}

// Red, green, blue and opacity of the pixels of a JPEG in base64.
async function coloursOf(jpeg) {
  const image = new Image();
  image.src = `data:image/jpeg;base64,${jpeg}`;
  await image.decode();
  const canvas = document.createElement("canvas"), context = canvas.getContext("2d", { willReadFrequently: true });
  Object.assign(canvas, { width: image.naturalWidth, height: image.naturalHeight });
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, canvas.width, canvas.height).data;
}

function download(name, content, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// In the browser's storage, by the content of the scan: runs of equal labels as [first place, length, place of the class].
const storageKey = (scan) => `${STORAGE}${scan.content} ${scan.lines} ${scan.samples}`;

function keepInBrowser(labels) {
  const runs = [];
  for (let place = 0; place < labels.at.length; place++) {
    if (!labels.at[place]) continue;
    const first = place;
    while (labels.at[place + 1] === labels.at[first]) place++;
    runs.push(first, place - first + 1, labels.at[first]);
  }
  const kept = labels.classes.map(({ code, name, colour }) => ({ code, name, colour }));
  try {
    window.localStorage.setItem(storageKey(labels.scan), JSON.stringify({ classes: kept, runs }));
    return true;
  } catch {
    return false;  // switched off, or full
  }
}

function takeFromBrowser(labels) {
  let kept;
  try {
    kept = JSON.parse(window.localStorage.getItem(storageKey(labels.scan)) || "null");
  } catch {
    return;
  }
  if (!kept) return;
  for (const each of kept.classes) if (labels.placeOf(each.name) < 0) labels.add(each.name, each.colour, each.code);
  const value = kept.classes.map((each) => labels.placeOf(each.name) + 1);
  const places = [], values = [];
  for (let i = 0; i < kept.runs.length; i += 3) {
    for (let place = kept.runs[i]; place < kept.runs[i] + kept.runs[i + 1]; place++) {
      places.push(place);
      values.push(value[kept.runs[i + 2] - 1]);
    }
  }
  labels.set(places, values);
  labels.tell(places, new Array(places.length).fill(0));
}
