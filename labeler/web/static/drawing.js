// Draws eyes and whole pictures on canvases, with what the detector found and what a person said of them.
"use strict";

const COLOURS = { prediction: "#f0b34a", touched: "#55c8ff", kept: "#6fd88a", decided: "#6fd88a" };
const EYE_REGION = 0.78; // of the pupil distance, shown across an eye's canvas

// Picture pixels to canvas pixels and back; pixel centres are whole numbers in both.
function frame(canvas, update, eye) {
  const scale = Math.max(8 * devicePixelRatio, canvas.width / (EYE_REGION * update.sample.unit)) * 1.25 ** update.view.zoom;
  const [x, y] = eye.middle;
  return {
    scale,
    to: (px, py) => [canvas.width / 2 + (px - x) * scale, canvas.height / 2 + (py - y) * scale],
    from: (cx, cy) => [x + (cx - canvas.width / 2) / scale, y + (cy - canvas.height / 2) / scale],
  };
}

function sized(canvas) {
  const box = canvas.getBoundingClientRect();
  canvas.width = Math.round(box.width * devicePixelRatio);
  canvas.height = Math.round(box.height * devicePixelRatio);
  return canvas.getContext("2d", { willReadFrequently: true });
}

function enlarge(canvas, update, eye, image) {
  const context = sized(canvas), at = frame(canvas, update, eye);
  context.imageSmoothingEnabled = update.view.smooth;
  context.imageSmoothingQuality = "high";
  const [x, y] = at.to(-0.5, -0.5);
  context.drawImage(image, x, y, image.width * at.scale, image.height * at.scale);
  contrast(context, canvas, update.view.contrast);
  if (update.view.bare) return;
  if (update.view.landmarks) dots(context, update, at);
  mark(context, eye, at);
}

function contrast(context, canvas, kind) {
  if (kind === "plain") return;
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height), data = pixels.data;
  const table = kind === "bright" ? brightened() : stretched(data);
  for (let k = 0; k < data.length; k += 4) {
    for (let channel = 0; channel < 3; channel++) data[k + channel] = table[data[k + channel]];
  }
  context.putImageData(pixels, 0, 0);
}

const brightened = () => Uint8ClampedArray.from({ length: 256 }, (_, level) => 255 * (level / 255) ** 0.45);

function stretched(data) {
  const counts = new Uint32Array(256);
  for (let k = 0; k < data.length; k += 4) counts[data[k + 1]]++;
  const rank = (share) => {
    let left = (share * data.length) / 4;
    return Math.max(0, counts.findIndex((count) => (left -= count) <= 0));
  };
  const low = rank(0.01), high = Math.max(rank(0.99), low + 1);
  return Uint8ClampedArray.from({ length: 256 }, (_, level) => (255 * (level - low)) / (high - low));
}

function dots(context, update, at) {
  context.fillStyle = "#ffffffb0";
  for (const [x, y] of update.sample.landmarks) {
    context.beginPath();
    context.arc(...at.to(x, y), 2.5 * devicePixelRatio, 0, 2 * Math.PI);
    context.fill();
  }
}

// A prediction is dashed, what a person placed is whole; closed and hidden eyes are crossed out, each in its own way.
function mark(context, eye, at) {
  const said = eye.said, prediction = eye.guess;
  context.lineWidth = 1.6 * devicePixelRatio;
  context.strokeStyle = COLOURS[said ? said.age : "prediction"];
  context.setLineDash(said ? [] : [6 * devicePixelRatio, 5 * devicePixelRatio]);
  if (said && said.verb !== "point") lid(context, eye, at, said.verb);
  else if (!said && prediction && prediction.closed) lid(context, eye, at, "closed");
  else if (said || prediction) circle(context, said || prediction, at);
  context.setLineDash([]);
}

function circle(context, pupil, at) {
  const [x, y] = at.to(pupil.x, pupil.y), arm = 5 * devicePixelRatio;
  context.beginPath();
  context.arc(x, y, pupil.radius * at.scale, 0, 2 * Math.PI);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  context.moveTo(x - arm, y);
  context.lineTo(x + arm, y);
  context.moveTo(x, y - arm);
  context.lineTo(x, y + arm);
  context.stroke();
}

function lid(context, eye, at, verb) {
  const [x, y] = at.to(...eye.middle), half = 70 * devicePixelRatio;
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

function whole(canvas, update, image) {
  const room = canvas.parentElement.getBoundingClientRect();
  const scale = Math.min(room.height / image.height, (0.6 * room.width) / image.width);
  canvas.style.width = `${image.width * scale}px`;
  canvas.style.height = `${image.height * scale}px`;
  const context = sized(canvas), across = canvas.width / image.width;
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  contrast(context, canvas, update.view.contrast);
  if (update.view.bare) return;
  const at = { scale: across, to: (x, y) => [(x + 0.5) * across, (y + 0.5) * across] };
  if (update.view.landmarks) dots(context, update, at);
  for (const eye of update.sample.eyes) {
    const place = eye.said && eye.said.verb === "point" ? eye.said : eye.guess;
    if (!place || (eye.said && eye.said.verb !== "point")) continue;
    context.strokeStyle = COLOURS[eye.said ? eye.said.age : "prediction"];
    context.lineWidth = 1.4 * devicePixelRatio;
    context.beginPath();
    context.arc(...at.to(place.x, place.y), place.radius * across, 0, 2 * Math.PI);
    context.stroke();
  }
}
