// How a picture is shown: zoom, place and contrast of each eye. None of it is known to the server.
const STEP = 1.25;
const LEAST = 0.25, MOST = 12; // of the scale that a picture begins with
const ACROSS = 0.78; // pupil distances that an eye's canvas shows at first
const WHOLE = 0.4; // pupil distances of it that are always seen, across and down: the iris, wherever it looks
const LEAST_SCALE = 8; // of a picture pixel, in CSS pixels, where the whole iris has room
export const CONTRASTS = ["plain", "stretched", "bright"];

export class View {
  constructor() {
    this.contrast = "plain";
    this.smooth = true;
    this.landmarks = false;
    this.bare = false;
    this.zoom = 1;
    this.centres = {};
    this.toned = { key: "", canvas: null };
  }

  // Zoom stays from picture to picture, the place does not.
  reset() {
    this.centres = {};
  }

  // Picture pixels to canvas pixels and back; pixel centres are whole numbers in both.
  frame(canvas, sample, eye) {
    const least = LEAST_SCALE * devicePixelRatio;
    const most = Math.min(canvas.width, canvas.height) / (WHOLE * sample.unit);
    const scale = Math.min(most, Math.max(least, canvas.width / (ACROSS * sample.unit))) * this.zoom;
    const [x, y] = this.centres[eye.side] ?? eye.middle;
    return {
      scale,
      to: (px, py) => [canvas.width / 2 + (px - x) * scale, canvas.height / 2 + (py - y) * scale],
      from: (cx, cy) => [x + (cx - canvas.width / 2) / scale, y + (cy - canvas.height / 2) / scale],
      box: [x - canvas.width / 2 / scale, y - canvas.height / 2 / scale, canvas.width / scale, canvas.height / scale],
    };
  }

  // What lies under a point of the canvas stays there.
  zoomAt(canvas, sample, eye, [cx, cy], factor) {
    const before = this.frame(canvas, sample, eye).from(cx, cy);
    this.zoom = Math.min(MOST, Math.max(LEAST, this.zoom * factor));
    const after = this.frame(canvas, sample, eye).from(cx, cy);
    this.pan(eye, before[0] - after[0], before[1] - after[1]);
  }

  zoomBy(steps) {
    this.zoom = Math.min(MOST, Math.max(LEAST, this.zoom * STEP ** steps));
  }

  pan(eye, dx, dy) {
    const [x, y] = this.centres[eye.side] ?? eye.middle;
    this.centres[eye.side] = [x + dx, y + dy];
  }

  home() {
    this.zoom = 1;
    this.centres = {};
  }

  nextContrast() {
    this.contrast = CONTRASTS[(CONTRASTS.indexOf(this.contrast) + 1) % CONTRASTS.length];
  }

  // The picture with its contrast, made once; the eyes' surroundings decide how far it is stretched.
  tone(sample, image) {
    if (this.contrast === "plain") return image;
    const key = `${sample.id} ${this.contrast}`;
    if (this.toned.key !== key) this.toned = { key, canvas: toned(image, this.contrast, surroundings(sample, image)) };
    return this.toned.canvas;
  }
}

function surroundings(sample, image) {
  const xs = sample.eyes.map((eye) => eye.middle[0]), ys = sample.eyes.map((eye) => eye.middle[1]);
  const reach = 0.35 * sample.unit;
  const left = Math.max(0, Math.floor(Math.min(...xs) - reach)), top = Math.max(0, Math.floor(Math.min(...ys) - reach));
  const width = Math.min(image.width - left, Math.ceil(Math.max(...xs) + reach) - left);
  const height = Math.min(image.height - top, Math.ceil(Math.max(...ys) + reach) - top);
  return width > 0 && height > 0 ? [left, top, width, height] : [0, 0, image.width, image.height];
}

function toned(image, kind, region) {
  const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const pixels = context.getImageData(0, 0, image.width, image.height);
  tonePixels(pixels.data, kind === "bright" ? brightened() : stretched(context.getImageData(...region).data));
  context.putImageData(pixels, 0, 0);
  return canvas;
}

const luma = (data, k) => 0.299 * data[k] + 0.587 * data[k + 1] + 0.114 * data[k + 2];

// All three channels by the same factor: the hue stays as it was.
export function tonePixels(data, table) {
  for (let k = 0; k < data.length; k += 4) {
    const level = luma(data, k), most = Math.max(data[k], data[k + 1], data[k + 2], 1);
    const factor = Math.min(table[Math.round(level)] / Math.max(level, 1), 255 / most);
    for (let channel = 0; channel < 3; channel++) data[k + channel] *= factor;
  }
}

export const brightened = () => Float32Array.from({ length: 256 }, (_, level) => 255 * (level / 255) ** 0.45);

export function stretched(data) {
  const counts = new Uint32Array(256);
  for (let k = 0; k < data.length; k += 4) counts[Math.round(luma(data, k))]++;
  const rank = (share) => {
    let left = (share * data.length) / 4;
    return Math.max(0, counts.findIndex((count) => (left -= count) <= 0));
  };
  const low = rank(0.01), high = Math.max(rank(0.99), low + 8);
  return Float32Array.from({ length: 256 }, (_, level) => Math.min(255, Math.max(0, (255 * (level - low)) / (high - low))));
}
