// Mouse, pen and fingers on a canvas: tap, drag, pinch, wheel, and where the pointer hovers.
const STILL_PX = { mouse: 4, pen: 6, touch: 10 }; // a tap may move so far

// `handlers`: tap(point, event), drag(dx, dy), pinch(point, factor), wheel(point, event), hover(point | null); points are in pixels
// of the canvas.
export function listen(canvas, handlers) {
  const down = new Map(); // pointer id -> where it is now
  let start = null, moved = false;

  const ratio = () => canvas.width / Math.max(1, canvas.getBoundingClientRect().width);
  const point = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * ratio(), (event.clientY - box.top) * ratio()];
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    down.set(event.pointerId, point(event));
    if (down.size === 1) [start, moved] = [{ at: point(event), time: event.timeStamp }, false];
    else moved = true; // two fingers are no tap
    handlers.hover(point(event));
  });

  canvas.addEventListener("pointermove", (event) => {
    const now = point(event), before = down.get(event.pointerId);
    if (!before) {
      handlers.hover(now);
      return;
    }
    const still = STILL_PX[event.pointerType] ?? STILL_PX.mouse;
    if (!moved && Math.hypot(now[0] - start.at[0], now[1] - start.at[1]) <= still * ratio()) return;
    if (down.size === 1) handlers.drag(now[0] - before[0], now[1] - before[1]);
    if (down.size === 2) pinch(event.pointerId, before, now);
    moved = true;
    down.set(event.pointerId, now);
    handlers.hover(null);
  });

  function pinch(id, before, now) {
    const [, other] = [...down].find(([known]) => known !== id);
    const span = (a) => Math.max(1, Math.hypot(a[0] - other[0], a[1] - other[1]));
    handlers.pinch([(now[0] + other[0]) / 2, (now[1] + other[1]) / 2], span(now) / span(before));
    handlers.drag((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
  }

  const up = (event) => {
    const known = down.delete(event.pointerId);
    if (known && !moved && event.type === "pointerup") handlers.tap(start.at, event, start.time);
    if (event.pointerType === "touch") handlers.hover(null);
  };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("pointerleave", () => handlers.hover(null));
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    if (event.deltaY) handlers.wheel(point(event), event);
  }, { passive: false });
}
