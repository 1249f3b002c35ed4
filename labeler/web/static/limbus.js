// Finds the circle along which an iris ends, near a click: the integro-differential operator of Daugman (1993), as in
// training/data/limbus.py, with a wider search for the centre.
const ANGLES = [...range(-25, 60, 4), ...range(120, 205, 4)].map((degrees) => (degrees * Math.PI) / 180); // lids hide the rest
const ONE_SIDE = ANGLES.length / 2;
const SMOOTH = 0.05, ACROSS_EDGE = 0.08; // radii
const SEARCH = [[0.1, 5, 0.08, 2], [0.04, 2, 0.04, 2], [0.013, 2, 0.013, 2]]; // steps of centre and radius in radii, and how many
const FARTHEST = 0.6; // radii: what is further off is not the iris that was meant
const REACH = 2.2; // radii of the picture that are looked at

function range(from, to, step) {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
}

// The middle of the iris near (x, y), and its radius; the click itself where there is none.
export function snapToIris(image, { x, y, radius }) {
  const grey = region(image, x, y, radius * REACH);
  if (!grey) return { x, y, radius, moved: 0 };
  let best = [x, y, radius];
  for (const [step, reach, radiusStep, radiusReach] of SEARCH) best = refined(grey, best, [step * radius, reach, radiusStep * radius, radiusReach], radius);
  const moved = Math.hypot(best[0] - x, best[1] - y);
  return moved > FARTHEST * radius ? { x, y, radius, moved: 0 } : { x: best[0], y: best[1], radius: best[2], moved };
}

function refined(grey, from, [step, reach, radiusStep, radiusReach], unit) {
  let best = from, most = -Infinity;
  for (let i = -reach; i <= reach; i++) {
    for (let j = -reach; j <= reach; j++) {
      for (let k = -radiusReach; k <= radiusReach; k++) {
        const circle = [from[0] + i * step, from[1] + j * step, from[2] + k * radiusStep];
        const found = edge(grey, circle, ACROSS_EDGE * unit);
        if (found > most) [best, most] = [circle, found];
      }
    }
  }
  return best;
}

// How much brighter it gets across the circle; both sides of it have to agree.
function edge(grey, [x, y, radius], width) {
  const sides = [0, 0];
  ANGLES.forEach((angle, index) => {
    const cos = Math.cos(angle), sin = Math.sin(angle);
    const outside = at(grey, x + (radius + width) * cos, y + (radius + width) * sin);
    const inside = at(grey, x + (radius - width) * cos, y + (radius - width) * sin);
    sides[index < ONE_SIDE ? 0 : 1] += (outside - inside) / ONE_SIDE;
  });
  return Math.min(...sides) + (sides[0] + sides[1]) / 2;
}

function at(grey, px, py) {
  const x = Math.min(grey.width - 1.001, Math.max(0, px - grey.left)), y = Math.min(grey.height - 1.001, Math.max(0, py - grey.top));
  const column = Math.floor(x), row = Math.floor(y), a = x - column, b = y - row, k = row * grey.width + column;
  const { data, width } = grey;
  return (1 - b) * ((1 - a) * data[k] + a * data[k + 1]) + b * ((1 - a) * data[k + width] + a * data[k + width + 1]);
}

// Green and red around a point: blue is the noisiest, and a blue iris is darkest in them.
function region(image, x, y, reach) {
  const left = Math.max(0, Math.floor(x - reach)), top = Math.max(0, Math.floor(y - reach));
  const width = Math.min(image.width, Math.ceil(x + reach) + 1) - left, height = Math.min(image.height, Math.ceil(y + reach) + 1) - top;
  if (width < 3 || height < 3) return null;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, left, top, width, height, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height), grey = new Float32Array(width * height);
  for (let k = 0; k < grey.length; k++) grey[k] = (data[4 * k] + data[4 * k + 1]) / 2;
  return { data: blurred(grey, width, height, (SMOOTH * reach) / REACH), left, top, width, height };
}

function blurred(data, width, height, sigma) {
  const side = Math.max(1, Math.ceil(3 * sigma));
  const weights = range(-side, side, 1).map((offset) => Math.exp(-(offset ** 2) / (2 * sigma ** 2)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const along = (from, stride, count, index) => {
    const place = Math.floor(index / stride) % count;
    return weights.reduce((total, weight, k) => {
      const other = Math.min(count - 1, Math.max(0, place + k - side));
      return total + (weight / sum) * from[index + (other - place) * stride];
    }, 0);
  };
  const across = data.map((_, index) => along(data, 1, width, index));
  return across.map((_, index) => along(across, width, height, index));
}
