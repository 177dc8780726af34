// Pixels of a raster: connected patches, discs, polygons filled and traced. A place is line x samples + sample.

// The raster of every pixel, from that of every thin-th line and sample.
function everyPixel(raster, thin, { lines, samples }) {
  if (thin === 1) return raster;
  const found = new raster.constructor(lines * samples), wide = Math.ceil(samples / thin);
  for (let place = 0; place < found.length; place++) {
    const sample = place % samples, line = (place - sample) / samples;
    found[place] = raster[Math.floor(line / thin) * wide + Math.floor(sample / thin)];
  }
  return found;
}

// The connected pixels (by their sides) that have the value of the pixel at `start`; they are marked in `seen`.
function patchAt(raster, samples, start, seen = new Uint8Array(raster.length)) {
  const value = raster[start], found = [start];
  const visit = (place) => {
    if (seen[place] || raster[place] !== value) return;
    seen[place] = 1;
    found.push(place);
  };
  seen[start] = 1;
  for (let next = 0; next < found.length; next++) {
    const place = found[next], sample = place % samples;
    if (sample > 0) visit(place - 1);
    if (sample + 1 < samples) visit(place + 1);
    if (place >= samples) visit(place - samples);
    if (place + samples < raster.length) visit(place + samples);
  }
  return found;
}

// The pixels whose centres lie within a radius, in pixels, of a path of points [sample, line].
function alongPath(path, radius, lines, samples) {
  const found = new Set(), step = Math.max(0.5, radius / 2);
  const disc = ([x, y]) => {
    for (let line = Math.max(0, Math.floor(y - radius)); line <= Math.min(lines - 1, y + radius); line++) {
      for (let sample = Math.max(0, Math.floor(x - radius)); sample <= Math.min(samples - 1, x + radius); sample++) {
        if ((sample + 0.5 - x) ** 2 + (line + 0.5 - y) ** 2 <= radius ** 2) found.add(line * samples + sample);
      }
    }
    const line = Math.floor(y), sample = Math.floor(x);  // the pixel below the pointer, however small the brush
    if (line >= 0 && line < lines && sample >= 0 && sample < samples) found.add(line * samples + sample);
  };
  disc(path[0]);
  for (let corner = 1; corner < path.length; corner++) {
    const [[x0, y0], [x1, y1]] = [path[corner - 1], path[corner]];
    const steps = Math.max(1, Math.ceil(Math.hypot(x1 - x0, y1 - y0) / step));
    for (let i = 1; i <= steps; i++) disc([x0 + ((x1 - x0) * i) / steps, y0 + ((y1 - y0) * i) / steps]);
  }
  return [...found];
}

// The pixels whose centres lie in a polygon: rings of points [sample, line], the first one outside, the others holes.
function filled(rings, lines, samples) {
  const crossings = new Map();
  for (const ring of rings) {
    for (let corner = 0; corner < ring.length; corner++) {
      let [[x0, y0], [x1, y1]] = [ring[corner], ring[(corner + 1) % ring.length]];
      if (y0 > y1) [x0, y0, x1, y1] = [x1, y1, x0, y0];
      const last = Math.min(lines - 1, Math.ceil(y1 - 0.5) - 1);
      for (let line = Math.max(0, Math.ceil(y0 - 0.5)); line <= last; line++) {
        if (!crossings.has(line)) crossings.set(line, []);
        crossings.get(line).push(x0 + ((line + 0.5 - y0) / (y1 - y0)) * (x1 - x0));
      }
    }
  }
  const found = [];
  for (const [line, at] of crossings) {
    at.sort((a, b) => a - b);
    for (let i = 0; i + 1 < at.length; i += 2) {
      const last = Math.min(samples - 1, Math.ceil(at[i + 1] - 0.5) - 1);
      for (let sample = Math.max(0, Math.ceil(at[i] - 0.5)); sample <= last; sample++) found.push(line * samples + sample);
    }
  }
  return found;
}

// Every connected patch of labels as { value, rings }, along the edges of its pixels: the ring outside first, then holes.
function traced(raster, samples) {
  const seen = new Uint8Array(raster.length), found = [];
  for (let start = 0; start < raster.length; start++) {
    if (!raster[start] || seen[start]) continue;
    found.push({ value: raster[start], rings: outlines(raster, samples, patchAt(raster, samples, start, seen)) });
  }
  return found;
}

const TURNS = [[1, 0], [0, 1], [-1, 0], [0, -1]];  // right, down, left, up

function outlines(raster, samples, patch) {
  const wide = samples + 1, value = raster[patch[0]], lines = raster.length / samples;
  const edges = new Map();  // corner -> bits of the directions in which edges leave it, the patch at their right hand
  const add = (corner, direction) => edges.set(corner, (edges.get(corner) || 0) | (1 << direction));
  for (const place of patch) {
    const sample = place % samples, line = (place - sample) / samples, corner = line * wide + sample;
    if (line === 0 || raster[place - samples] !== value) add(corner, 0);
    if (sample + 1 === samples || raster[place + 1] !== value) add(corner + 1, 1);
    if (line + 1 === lines || raster[place + samples] !== value) add(corner + wide + 1, 2);
    if (sample === 0 || raster[place - 1] !== value) add(corner + wide, 3);
  }
  const rings = [];
  for (const [first, bits] of edges) {
    for (let start = 0; start < 4; start++) if (bits & edges.get(first) & (1 << start)) rings.push(ringFrom(edges, first, start, wide));
  }
  return rings.sort((one, other) => area(other) - area(one));
}

// Follow edges from a corner until they close. Where two pixels of the patch touch at a corner only, turn left, so that
// a hole that touches the ring outside stays a ring of its own.
function ringFrom(edges, first, start, wide) {
  const ring = [];
  let corner = first, direction = start, before = -1;
  do {
    edges.set(corner, edges.get(corner) & ~(1 << direction));
    if (direction !== before) ring.push([corner % wide, Math.floor(corner / wide)]);
    before = direction;
    corner += TURNS[direction][0] + TURNS[direction][1] * wide;
    const bits = edges.get(corner) | (corner === first ? 1 << start : 0);
    direction = [(direction + 3) % 4, direction, (direction + 1) % 4].find((turn) => bits & (1 << turn));
  } while (corner !== first || direction !== start);
  if (ring.length > 1 && straight(ring[ring.length - 1], ring[0], ring[1])) ring.shift();
  return [...ring, ring[0]];
}

const straight = ([a, b], [c, d], [e, f]) => (a === c && c === e) || (b === d && d === f);

// Area of a ring, below 0 for a hole.
function area(ring) {
  let sum = 0;
  for (let i = 0; i + 1 < ring.length; i++) sum += ring[i][0] * ring[i + 1][1] - ring[i + 1][0] * ring[i][1];
  return sum / 2;
}
