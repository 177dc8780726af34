// The absorption features of a pixel: their values in words, their hulls and parabolas as curves.

// Values of the features of a row, by name.
function featuresOf(features, values, row) {
  const number = features.values.length;
  return Object.fromEntries(features.values.map((name, place) => [name, values[row * number + place]]));
}

function featureWords(features, found) {
  const measured = features.windows
    .filter(({ name }) => Number.isFinite(found[name + "_position_nm"]))
    .map(({ name }) => `${name} ${found[name + "_position_nm"].toFixed(1)} nm (depth ${found[name + "_depth"].toFixed(3)}, width ${found[name + "_width_nm"].toFixed(0)} nm)`);
  const indices = features.formulas
    .filter((name) => Number.isFinite(found[name]))
    .map((name) => `${name} ${found[name].toPrecision(3)}`);
  return [...measured, ...indices].join(", ") || "none";
}

// Upper convex hull of points in rising x, as its value at every point.
function hullOf(x, y) {
  const corners = [];
  for (let i = 0; i < x.length; i++) {
    const isBelow = (a, b) => (y[b] - y[a]) * (x[i] - x[a]) <= (y[i] - y[a]) * (x[b] - x[a]);
    while (corners.length > 1 && isBelow(corners.at(-2), corners.at(-1))) corners.pop();
    corners.push(i);
  }
  let next = 1;
  return x.map((at, i) => {
    while (next < corners.length - 1 && i > corners[next]) next++;
    const a = corners[next - 1], b = corners[next];
    return y[a] + ((y[b] - y[a]) * (at - x[a])) / (x[b] - x[a]);
  });
}

// The bands of a window: of several sensors, of that which has most bands there, as it was measured.
function bandsOf(axis, { from, to }) {
  const starts = [0, ...turnsOf(axis), axis.length];
  const inside = (first, last) => axis.map((at, band) => band).slice(first, last).filter((band) => axis[band] >= from && axis[band] <= to);
  return starts.slice(1).map((last, sensor) => inside(starts[sensor], last)).reduce((most, each) => (each.length > most.length ? each : most));
}

// Hull and parabola of each feature that a spectrum has, as curves with gaps between the windows.
function fitsOf(features, axis, values, found) {
  const hull = { x: [], y: [] }, fit = { x: [], y: [] };
  for (const window of features.windows) {
    const bands = bandsOf(axis, window).sort((a, b) => axis[a] - axis[b]);
    if (!Number.isFinite(found[window.name + "_position_nm"]) || bands.length < 3) continue;
    const x = bands.map((band) => axis[band]), y = bands.map((band) => values[band]), over = hullOf(x, y);
    hull.x.push(...x, NaN);
    hull.y.push(...over, NaN);
    for (const [at, value] of parabola(x, y.map((value, i) => value / over[i]), over)) {
      fit.x.push(at);
      fit.y.push(value);
    }
    fit.x.push(NaN);
    fit.y.push(NaN);
  }
  return { hull, fit };
}

// Points of the parabola through the least quotient and its neighbours, drawn over the spectrum.
function parabola(x, quotient, over) {
  let low = 1;
  for (let i = 1; i < x.length - 1; i++) if (quotient[i] < quotient[low]) low = i;
  const [left, right] = [x[low - 1], x[low + 1]];
  const fall = (quotient[low] - quotient[low - 1]) / (x[low] - left), rise = (quotient[low + 1] - quotient[low]) / (right - x[low]);
  const bend = (rise - fall) / (right - left), slope = fall + bend * (x[low] - left);
  const slant = (over[low + 1] - over[low - 1]) / (right - left);
  return Array.from({ length: 21 }, (_, step) => {
    const at = left + ((right - left) * step) / 20, away = at - x[low];
    return [at, (quotient[low] + slope * away + bend * away * away) * (over[low] + slant * away)];
  });
}
