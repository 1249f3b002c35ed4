// A picture of any size on a canvas: tiles of the level that fits, zoom at a point, pan, and the boxes over it.
import { withToken } from "./connection.js";

const KEPT = 400; // tiles
const MOST_ZOOM = 40; // CSS pixels a picture pixel
const COLOURS = { target: "#3ddc63", lookalike: "#ff9d3c", proposal: "#55c8ff", drawn: "#ffffff" };
export const HANDLE = 7; // CSS pixels around a corner that hold it

export class PictureView {
  constructor(canvas) {
    this.canvas = canvas;
    this.tiles = new Map();
    this.page = null;
    this.scale = 1; // CSS pixels a picture pixel
    this.x = this.y = 0; // of the picture, at the canvas's top left corner
    this.selected = -1;
    this.drawn = null; // a box while it is drawn or moved
    this.whole = true; // the whole picture is shown, as large as there is room
    this.room = [this.width, this.height];
    new ResizeObserver(() => this.resize()).observe(canvas);
  }

  // The bar takes room when its buttons come: what was whole stays whole, else the middle stays where it is.
  resize() {
    const [width, height] = this.room;
    this.room = [this.width, this.height];
    if (this.whole) return this.fit();
    this.x += (width - this.width) / 2 / this.scale;
    this.y += (height - this.height) / 2 / this.scale;
    this.draw();
  }

  get width() { return this.canvas.clientWidth; }
  get height() { return this.canvas.clientHeight; }

  show(page) {
    const same = this.page?.name === page.name;
    this.page = page;
    this.drawn = null;
    if (this.selected >= page.boxes.length) this.selected = page.boxes.length - 1;
    if (!same) {
      this.selected = -1;
      this.tiles.clear();
      this.fit();
    }
    this.draw();
  }

  fit() {
    if (!this.page) return;
    this.whole = true;
    this.scale = Math.min(this.width / this.page.width, this.height / this.page.height) || 1;
    this.x = (this.page.width - this.width / this.scale) / 2;
    this.y = (this.page.height - this.height / this.scale) / 2;
    this.draw();
  }

  toPicture([x, y]) { return [this.x + x / this.scale, this.y + y / this.scale]; }
  toCanvas([x, y]) { return [(x - this.x) * this.scale, (y - this.y) * this.scale]; }

  zoom(factor, at = [this.width / 2, this.height / 2]) {
    const fixed = this.toPicture(at);
    const least = Math.min(1, 0.5 * Math.min(this.width / this.page.width, this.height / this.page.height));
    this.whole = false;
    this.scale = Math.min(MOST_ZOOM, Math.max(least, this.scale * factor));
    [this.x, this.y] = [fixed[0] - at[0] / this.scale, fixed[1] - at[1] / this.scale];
    this.draw();
  }

  pan(dx, dy) {
    this.whole = false;
    this.x = Math.min(this.page.width, Math.max(-this.width / this.scale, this.x - dx / this.scale));
    this.y = Math.min(this.page.height, Math.max(-this.height / this.scale, this.y - dy / this.scale));
    this.draw();
  }

  // Shows a box large enough to be judged.
  goTo([x, y, width, height]) {
    this.whole = false;
    this.scale = Math.min(MOST_ZOOM, 0.16 * Math.min(this.width, this.height) / Math.max(width, height));
    this.x = x + width / 2 - this.width / 2 / this.scale;
    this.y = y + height / 2 - this.height / 2 / this.scale;
    this.draw();
  }

  // Which box is at a point of the canvas, and by what it is held: a corner of the selected one, or its inside.
  at(point) {
    const boxes = this.page.boxes;
    if (this.selected >= 0) {
      const [x, y, w, h] = boxes[this.selected].box;
      const corners = [[x, y], [x + w, y], [x + w, y + h], [x, y + h]].map((corner) => this.toCanvas(corner));
      const corner = corners.findIndex(([a, b]) => Math.abs(a - point[0]) <= HANDLE && Math.abs(b - point[1]) <= HANDLE);
      if (corner >= 0) return { number: this.selected, corner };
    }
    const [px, py] = this.toPicture(point), air = 3 / this.scale;
    const hit = ({ box: [x, y, w, h] }) => px >= x - air && px <= x + w + air && py >= y - air && py <= y + h + air;
    if (this.selected >= 0 && hit(boxes[this.selected])) return { number: this.selected, corner: -1 };
    const number = boxes.findIndex(hit);
    return number >= 0 ? { number, corner: -1 } : null;
  }

  draw() {
    if (this.asked) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = 0;
      this.paint();
    });
  }

  paint() {
    const ratio = devicePixelRatio || 1;
    const [width, height] = [Math.round(this.width * ratio), Math.round(this.height * ratio)];
    if (this.canvas.width !== width || this.canvas.height !== height) [this.canvas.width, this.canvas.height] = [width, height];
    const context = this.canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    if (!this.page) return;
    context.imageSmoothingEnabled = this.scale < 4;
    const last = Math.max(0, Math.ceil(Math.log2(Math.max(this.page.width, this.page.height) / this.page.tile)));
    const level = Math.min(last, Math.max(0, Math.floor(Math.log2(1 / (this.scale * ratio)))));
    for (let each = last; each >= level; each -= Math.max(1, last - level)) this.paintLevel(context, each);
    this.paintBoxes(context);
  }

  // The coarsest level first: it shows until the tiles of the finer one are there.
  paintLevel(context, level) {
    const span = this.page.tile * 2 ** level, size = this.page.tile;
    const [left, top] = [Math.max(0, Math.floor(this.x / span)), Math.max(0, Math.floor(this.y / span))];
    const right = Math.min(Math.ceil(this.page.width / span) - 1, Math.floor((this.x + this.width / this.scale) / span));
    const bottom = Math.min(Math.ceil(this.page.height / span) - 1, Math.floor((this.y + this.height / this.scale) / span));
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        const tile = this.tile(level, column, row);
        if (!tile) continue;
        const [x, y] = this.toCanvas([column * span, row * span]);
        const factor = (this.scale * span) / size;
        context.drawImage(tile, x, y, tile.width * factor + 0.3, tile.height * factor + 0.3);
      }
    }
  }

  tile(level, column, row) {
    const name = `tile/${level}/${column}/${row}`, key = `${this.page.name} ${name}`;
    let tile = this.tiles.get(key);
    if (!tile) {
      tile = new Image();
      tile.onload = () => this.draw();
      tile.src = `${withToken(name)}&page=${encodeURIComponent(this.page.name)}`;
      this.tiles.set(key, tile);
      for (const old of [...this.tiles.keys()].slice(0, Math.max(0, this.tiles.size - KEPT))) this.tiles.delete(old);
    }
    return tile.complete && tile.naturalWidth ? tile : null;
  }

  paintBoxes(context) {
    this.page.boxes.forEach(({ box, lookalike }, number) => {
      const shown = this.drawn?.number === number ? this.drawn.box : box;
      this.paintBox(context, shown, lookalike ? COLOURS.lookalike : COLOURS.target, number === this.selected, lookalike);
    });
    if (this.drawn && this.drawn.number === undefined) this.paintBox(context, this.drawn.box, COLOURS.drawn, false, false);
    if (this.page.proposal) this.paintBox(context, this.page.proposal.box, COLOURS.proposal, false, true);
  }

  paintBox(context, [x, y, width, height], colour, selected, dashed) {
    const [left, top] = this.toCanvas([x, y]), [across, down] = [width * this.scale, height * this.scale];
    context.setLineDash(dashed ? [6, 4] : []);
    for (const [style, thick] of [["#000", selected ? 5 : 4], [colour, selected ? 3 : 2]]) {
      context.strokeStyle = style;
      context.lineWidth = thick;
      context.strokeRect(left, top, across, down);
    }
    context.setLineDash([]);
    if (!selected) return;
    context.fillStyle = colour;
    for (const [a, b] of [[0, 0], [across, 0], [across, down], [0, down]]) context.fillRect(left + a - 4, top + b - 4, 8, 8);
  }
}
