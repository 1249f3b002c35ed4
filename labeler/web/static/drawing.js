// Draws eyes, whole pictures and the magnifier on canvases, with what is to be judged and what a person said.
const COLOURS = { guess: "#f0b34a", carried: "#d79bf0", touched: "#55c8ff", kept: "#6fd88a", decided: "#6fd88a" };
const MAGNIFIED = 3;

export function sized(canvas) {
  const box = canvas.getBoundingClientRect();
  const width = Math.max(1, Math.round(box.width * devicePixelRatio)), height = Math.max(1, Math.round(box.height * devicePixelRatio));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

// What stands of an eye: what this person said of it, else what is to be judged.
export function standing(eye) {
  if (eye.said) return { ...eye.said, colour: COLOURS[eye.said.age] ?? COLOURS.kept, sure: true };
  const colour = eye.guess?.finder === "carried" ? COLOURS.carried : COLOURS.guess;
  return eye.guess ? { ...shape(eye.guess), colour, sure: false } : null;
}

const shape = (place) => ({ ...place, verb: place.closed ? "closed" : place.hidden ? "occluded" : "point" });

export function drawEye(canvas, { sample, eye, image, view }) {
  const context = sized(canvas), at = view.frame(canvas, sample, eye);
  picture(context, image, at, view.smooth);
  if (view.bare) return;
  if (view.landmarks) dots(context, sample.landmarks, at);
  mark(context, eye, at);
}

function picture(context, image, at, smooth) {
  context.imageSmoothingEnabled = smooth;
  context.imageSmoothingQuality = "high";
  const [x, y] = at.to(-0.5, -0.5);
  context.drawImage(image, x, y, image.width * at.scale, image.height * at.scale);
}

function dots(context, points, at) {
  context.fillStyle = "#ffffffb0";
  for (const [x, y] of points) {
    context.beginPath();
    context.arc(...at.to(x, y), 2.5 * devicePixelRatio, 0, 2 * Math.PI);
    context.fill();
  }
}

// What is to be judged is dashed, what a person placed is whole; closed and hidden eyes are crossed out, each in its own way.
function mark(context, eye, at) {
  const stands = standing(eye);
  if (!stands) return;
  const dashes = stands.sure ? [] : [6 * devicePixelRatio, 5 * devicePixelRatio];
  const draw = stands.verb === "point" ? () => circle(context, stands, at) : () => lid(context, eye, at, stands.verb);
  // A dark line below the coloured one: it is seen on bright skin too.
  for (const [colour, width] of [["#000000a0", 3.4], [stands.colour, 1.7]]) {
    context.strokeStyle = colour;
    context.lineWidth = width * devicePixelRatio;
    context.setLineDash(dashes);
    draw();
  }
  context.setLineDash([]);
}

function circle(context, pupil, at) {
  const [x, y] = at.to(pupil.x, pupil.y), arm = 5 * devicePixelRatio;
  context.beginPath();
  context.arc(x, y, pupil.radius * at.scale, 0, 2 * Math.PI);
  context.stroke();
  context.setLineDash([]);
  cross(context, x, y, arm);
}

function cross(context, x, y, arm) {
  context.beginPath();
  context.moveTo(x - arm, y);
  context.lineTo(x + arm, y);
  context.moveTo(x, y - arm);
  context.lineTo(x, y + arm);
  context.stroke();
}

function lid(context, eye, at, verb) {
  const [x, y] = at.to(...eye.middle), half = Math.min(70 * devicePixelRatio, context.canvas.width / 3);
  context.beginPath();
  context.moveTo(x - half, y);
  if (verb === "closed") context.quadraticCurveTo(x, y + half / 2, x + half, y);
  else {
    context.lineTo(x + half, y);
    context.moveTo(x - half, y - half / 3);
    context.lineTo(x + half, y + half / 3);
  }
  context.stroke();
}

// The whole picture with a frame around what each eye's canvas shows.
export function drawWhole(canvas, { sample, image, view, frames }) {
  const room = canvas.parentElement.getBoundingClientRect();
  const scale = Math.min(room.height / image.height, room.width / image.width);
  canvas.style.width = `${Math.floor(image.width * scale)}px`;
  canvas.style.height = `${Math.floor(image.height * scale)}px`;
  const context = sized(canvas), across = canvas.width / image.width;
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const at = { scale: across, to: (x, y) => [(x + 0.5) * across, (y + 0.5) * across] };
  outline(context, frames, at);
  if (view.bare) return;
  if (view.landmarks) dots(context, sample.landmarks, at);
  for (const eye of sample.eyes) {
    const stands = standing(eye);
    if (!stands || stands.verb !== "point") continue;
    context.strokeStyle = stands.colour;
    context.lineWidth = 1.4 * devicePixelRatio;
    context.beginPath();
    context.arc(...at.to(stands.x, stands.y), stands.radius * across, 0, 2 * Math.PI);
    context.stroke();
  }
}

function outline(context, frames, at) {
  for (const [colour, width] of [["#000000c0", 3], ["#ffffff", 1.2]]) {
    context.strokeStyle = colour;
    context.lineWidth = width * devicePixelRatio;
    for (const [left, top, width, height] of frames) context.strokeRect(...at.to(left, top), width * at.scale, height * at.scale);
  }
}

// What lies under the pointer, larger, with a cross-hair at the point that a click would take.
export function magnify(canvas, { image, at, point, smooth }) {
  const context = sized(canvas), scale = at.scale * MAGNIFIED, [x, y] = point;
  const middle = [canvas.width / 2, canvas.height / 2];
  const shown = { scale, to: (px, py) => [middle[0] + (px - x) * scale, middle[1] + (py - y) * scale] };
  picture(context, image, shown, smooth);
  for (const [colour, width] of [["#000000a0", 3], ["#ffffff", 1]]) {
    context.strokeStyle = colour;
    context.lineWidth = width * devicePixelRatio;
    cross(context, ...middle, middle[0]);
  }
}

// The circles of a sample on a crop that shows `region` (left, top, width, height in pixels of the picture).
export function drawCrop(canvas, image, region, eyes) {
  Object.assign(canvas, { width: image.width, height: image.height });
  const context = canvas.getContext("2d"), across = image.width / region[2];
  context.drawImage(image, 0, 0);
  for (const eye of eyes) {
    if (eye.x === undefined || eye.x === null || eye.closed || eye.hidden) continue;
    for (const [colour, width] of [["#000000a0", 4], [COLOURS.guess, 2]]) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.beginPath();
      context.arc((eye.x - region[0] + 0.5) * across, (eye.y - region[1] + 0.5) * across, eye.radius * across, 0, 2 * Math.PI);
      context.stroke();
    }
  }
}
