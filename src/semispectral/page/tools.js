// The tools: what the pointer does on the picture. Each is { down, move, up, drop } or { click, done }.

const STILL = 4;  // points of the window that a pointer may move and yet click

function toolsFor({ view, labels, chosen, overlay, show }) {
  const here = (places) => labels.give(places, chosen());
  let path = [];
  return {
    look: { click: (point) => view.placeOf(point) >= 0 && show(Math.floor(point[1]), Math.floor(point[0])) },
    pixel: { click: (point) => view.placeOf(point) >= 0 && here([view.placeOf(point)]) },
    patch: {
      click(point) {
        const place = view.placeOf(point), raster = overlay();
        if (place >= 0 && raster && raster[place]) here(patchAt(raster, labels.scan.samples, place));
      },
    },
    brush: {
      down(point) {
        labels.begin();
        path = [point];
        here(alongPath(path, view.brush, labels.scan.lines, labels.scan.samples));
      },
      move(point) {
        path = [path[path.length - 1], point];
        here(alongPath(path, view.brush, labels.scan.lines, labels.scan.samples));
      },
      up: () => labels.end(),
      drop: () => labels.drop(),
    },
    polygon: {
      click(point) {
        view.corners.push(point);
        view.redraw();
      },
      done() {
        if (view.corners.length > 2) here(filled([view.corners], labels.scan.lines, labels.scan.samples));
        view.corners = [];
        view.redraw();
      },
    },
  };
}

// Follow the pointers on the canvas: the tool in use, a drag that moves the picture, the wheel and two fingers that zoom.
function followPointers(canvas, view, current, after) {
  const pointers = new Map();
  let began = null, panned = false, drawing = false;

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, event);
    began = event;
    panned = false;
    const tool = current();
    if (pointers.size > 1 && drawing) {  // the second finger: to zoom was meant
      tool.drop();
      drawing = false;
    } else if (pointers.size === 1 && tool.down && event.button === 0) {
      drawing = true;
      tool.down(view.pixelAt(event));
      after(event);
    }
  });

  canvas.addEventListener("pointermove", (event) => {
    view.pointer = view.pixelAt(event);
    const before = pointers.get(event.pointerId);
    if (!before) return view.redraw();
    if (pointers.size === 2) {
      pinch(view, [...pointers.values()], event);
      panned = true;
    } else if (drawing) {
      current().move(view.pixelAt(event));
    } else if (panned || Math.hypot(event.clientX - began.clientX, event.clientY - began.clientY) > STILL) {
      const [x0, y0] = view.pixelAt(panned ? before : began), [x1, y1] = view.pixelAt(event);
      panned = true;
      view.move(x0 - x1, y0 - y1);
    }
    pointers.set(event.pointerId, event);
    view.redraw();
  });

  const end = (event) => {
    if (!pointers.delete(event.pointerId)) return;
    const tool = current();
    if (drawing) {
      drawing = false;
      tool.move(view.pixelAt(event));
      tool.up();
    } else if (!panned && event.type === "pointerup" && event.button === 0 && tool.click) {
      tool.click(view.pixelAt(event));
    }
    after(event);
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  canvas.addEventListener("pointerleave", () => {
    view.pointer = null;
    view.redraw();
  });
  canvas.addEventListener("dblclick", () => current().done && current().done());
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    view.zoom(Math.exp(-event.deltaY / 400), view.pixelAt(event));
  }, { passive: false });
}

function pinch(view, [one, other], now) {
  const still = one.pointerId === now.pointerId ? other : one, before = one.pointerId === now.pointerId ? one : other;
  const apart = (event) => Math.max(1, Math.hypot(event.clientX - still.clientX, event.clientY - still.clientY));
  view.zoom(apart(now) / apart(before), view.pixelAt(still));
}
