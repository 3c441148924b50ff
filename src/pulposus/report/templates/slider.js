const disc = JSON.parse(document.getElementById("disc").textContent);
const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 620, SIDE = 74, GAP = 20, TOP = 22, FOOT = 20; // of a drawing, px
const { words } = disc, span = WIDTH - SIDE - 12, least = (list) => list.reduce((a, b) => Math.min(a, b)), most = (list) => list.reduce((a, b) => Math.max(a, b));
const told = (v) => (Math.abs(v) >= 100 ? v.toFixed(0) : String(Number(v.toPrecision(3)))).replace("-", "−");
const make = (parent, tag, attributes, content) => {
  const part = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) part.setAttribute(key, value);
  if (content !== undefined) part.textContent = content;
  parent.appendChild(part);
  return part;
};
const unpack = (base64) => { const raw = atob(base64), bytes = new Uint8Array(raw.length); for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i); return new Uint16Array(bytes.buffer); };
for (const map of disc.maps) map.frames = map.frames.map(unpack);
const colour = (share) => {
  const at = Math.min(1, Math.max(0, share)) * (disc.colours.length - 1), i = Math.min(Math.floor(at), disc.colours.length - 2), part = at - i;
  return [0, 1, 2].map((k) => disc.colours[i][k] * (1 - part) + disc.colours[i + 1][k] * part);
};

// A section as it is drawn: a quarter is mirrored at its axis and its mid-plane; `pick` tells which value of a map a point takes.
let before = 0;
const sections = disc.sections.map((quarter) => {
  const four = quarter.mirrored ? [[1, 1], [-1, 1], [1, -1], [-1, -1]] : [[1, 1]], size = quarter.x.length, all = (make) => four.flatMap(make);
  const line = (pieces, a, b) => pieces.map((piece) => piece.map(([x, y, core]) => [a * x, b * y, b * core]));
  const whole = {
    label: quarter.label, names: quarter.names, x: all(([a]) => quarter.x.map((v) => a * v)), y: all(([, b]) => quarter.y.map((v) => b * v)),
    core: all(([, b]) => quarter.core.map((v) => b * v)), pick: all(() => quarter.x.map((_, i) => before + i)),
    corners: four.flatMap((_, k) => quarter.corners.map((three) => three.map((i) => i + k * size))),
    lines: Object.fromEntries(Object.entries(quarter.lines).map(([kind, pieces]) => [kind, all(([a, b]) => line(pieces, a, b))])),
  };
  before += size;
  return whole;
});
const scale = span / most(sections.map((part) => most(part.x) - least(part.x)));
const tallest = most(disc.thin);
let depth = 0;
for (const part of sections) { // one below the other, each with room for the tallest disc
  const ends = part.y.map((y, i) => y + (tallest - 1) * part.core[i]);
  part.top = depth + TOP; part.high = most(ends); part.left = 6 + (span - (most(part.x) - least(part.x)) * scale) / 2 - least(part.x) * scale;
  depth = part.top + (part.high - least(ends)) * scale;
  if (part.label) depth += 16;
}
const HEIGHT = Math.ceil(depth) + FOOT, CHART = Math.max(Math.min(HEIGHT, 320), 190);
const at = (part) => ({ x: (v) => part.left + v * scale, y: (v) => part.top + (part.high - v) * scale });

// Where its points are when the tissue has thinned by l: the endplates do not thin. Which triangle every pixel lies in, and its weights there.
function shaped(part, l) {
  if (part.l === l) return part.shape;
  const { x, y } = at(part), px = part.x.map((v) => x(v)), py = part.y.map((v, i) => y(v + (l - 1) * part.core[i]));
  const left = Math.floor(least(px)), top = Math.floor(least(py)), across = Math.ceil(most(px)) - left, down = Math.ceil(most(py)) - top;
  const owner = new Int32Array(across * down).fill(-1), weight = new Float32Array(across * down * 2);
  part.corners.forEach(([a, b, c], t) => {
    const ax = px[a], ay = py[a], area = (px[b] - ax) * (py[c] - ay) - (px[c] - ax) * (py[b] - ay);
    const range = (v, start, size) => [Math.max(0, Math.floor(Math.min(v[a], v[b], v[c]) - start)), Math.min(size - 1, Math.ceil(Math.max(v[a], v[b], v[c]) - start))];
    const [i0, i1] = range(px, left, across), [j0, j1] = range(py, top, down);
    for (let i = i0; i <= i1; i++) for (let j = j0; j <= j1; j++) {
      const dx = left + i + .5 - ax, dy = top + j + .5 - ay, second = (dx * (py[c] - ay) - (px[c] - ax) * dy) / area, third = ((px[b] - ax) * dy - dx * (py[b] - ay)) / area;
      if (second < -1e-9 || third < -1e-9 || second + third > 1 + 1e-9) continue;
      owner[j * across + i] = t; weight[2 * (j * across + i)] = second; weight[2 * (j * across + i) + 1] = third;
    }
  });
  part.l = l;
  return part.shape = { px, py, left, top, across, down, owner, weight };
}

function raster(part, shape, values) {
  const canvas = document.createElement("canvas"), { across, down, owner, weight } = shape;
  canvas.width = across; canvas.height = down;
  const pen = canvas.getContext("2d"), image = pen.createImageData(across, down);
  for (let p = 0; p < owner.length; p++) {
    if (owner[p] < 0) continue;
    const [a, b, c] = part.corners[owner[p]].map((i) => values[part.pick[i]]), u = weight[2 * p], v = weight[2 * p + 1];
    const [red, green, blue] = colour((a * (1 - u - v) + b * u + c * v) / 65535);
    image.data[4 * p] = red; image.data[4 * p + 1] = green; image.data[4 * p + 2] = blue; image.data[4 * p + 3] = 255;
  }
  pen.putImageData(image, 0, 0);
  return canvas.toDataURL("image/png");
}

// One contour of a section: where its level crosses the sides of triangles, joined to lines.
function contour(part, shape, all, level) {
  const values = part.pick.map((i) => all[i]);
  const joints = new Map(), links = new Map();
  const cross = (a, b) => {
    if ((values[a] < level) === (values[b] < level)) return null;
    const key = a < b ? `${a} ${b}` : `${b} ${a}`;
    if (!joints.has(key)) { const s = (level - values[a]) / (values[b] - values[a]); joints.set(key, [shape.px[a] + s * (shape.px[b] - shape.px[a]), shape.py[a] + s * (shape.py[b] - shape.py[a])]); }
    return key;
  };
  for (const [a, b, c] of part.corners) {
    const hit = [cross(a, b), cross(b, c), cross(c, a)].filter((key) => key !== null);
    if (hit.length === 2) for (const [from, to] of [hit, [hit[1], hit[0]]]) links.set(from, [...(links.get(from) || []), to]);
  }
  const lines = [], seen = new Set(), starts = [...links.keys()].sort((a, b) => links.get(a).length - links.get(b).length);
  for (const start of starts) {
    if (seen.has(start)) continue;
    const line = [];
    for (let key = start; key !== undefined; key = links.get(key).find((next) => !seen.has(next))) { seen.add(key); line.push(joints.get(key)); }
    if (links.get(start).length > 1) line.push(line[0]);
    if (line.length > 1) lines.push(line);
  }
  return lines;
}

const HALO = { "paint-order": "stroke", stroke: "#fff", "stroke-width": 3, "stroke-linejoin": "round" };
const FONT = { "font-family": "system-ui, Noto Sans CJK SC, sans-serif", "font-size": 12, fill: "#1d2730" };
function sheet(height, title) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("xmlns", SVG); svg.setAttribute("viewBox", `0 0 ${WIDTH} ${height}`); svg.setAttribute("width", WIDTH); svg.setAttribute("height", height);
  make(svg, "title", {}, title);
  make(svg, "rect", { width: WIDTH, height, fill: "#fff" });
  return svg;
}
const when = (k) => words.day.replace("#", told(disc.days[k]));

function drawSection(svg, part, map, k) {
  const values = map.frames[k], l = disc.thin[k], shape = shaped(part, l), { x, y } = at(part), taken = [];
  make(svg, "image", { href: raster(part, shape, values), x: shape.left, y: shape.top, width: shape.across, height: shape.down, preserveAspectRatio: "none" });
  for (const value of map.levels) {
    const lines = contour(part, shape, values, (value - map.low) / (map.high - map.low) * 65535);
    for (const line of lines) for (const pen of [{ stroke: "#1d2730", "stroke-width": 2.2, "stroke-opacity": .35 }, { stroke: "#fff", "stroke-width": 1.1 }])
      make(svg, "polyline", { points: line.map(([p, q]) => `${p.toFixed(2)},${q.toFixed(2)}`).join(" "), fill: "none", ...pen });
    const spots = lines.flat().filter(([p, q]) => p < shape.left + shape.across - 14 && q > shape.top + 9);
    const free = spots.filter(([p, q]) => taken.every(([s, t]) => Math.abs(p - s) > 34 || Math.abs(q - t) > 13));
    if (free.length) { const spot = free[Math.floor(free.length / 2)]; taken.push(spot); make(svg, "text", { ...FONT, ...HALO, x: spot[0], y: spot[1] + 4, "font-size": 11, "text-anchor": "middle" }, told(value)); }
  }
  for (const [kind, pieces] of Object.entries(part.lines)) for (const line of pieces)
    make(svg, "polyline", { points: line.map(([p, q, core]) => `${x(p).toFixed(2)},${y(q + (l - 1) * core).toFixed(2)}`).join(" "), fill: "none", stroke: "#1d2730", "stroke-width": kind === "outer" ? 1.6 : 1.1, "stroke-dasharray": kind === "outer" ? "none" : "5 3" });
  for (const [name, [p, q]] of Object.entries(part.names))
    make(svg, "text", { ...FONT, ...(name === "CEP" ? {} : HALO), x: x(p), y: name === "CEP" ? shape.top - 6 : y(q) + 4, "text-anchor": "middle", "font-weight": 600 }, name);
  if (part.label) make(svg, "text", { ...FONT, x: 6, y: shape.top + shape.down + 14, "font-size": 11 }, part.label);
}

function drawMap(map, k) {
  const svg = sheet(HEIGHT, `${map.label} · ${when(k)}`);
  for (const part of sections) drawSection(svg, part, map, k);
  bar(svg, map);
  const length = [50, 20, 10, 5, 2, 1, .5, .2].find((mm) => mm * scale <= span / 4) || .1;
  make(svg, "line", { x1: 8, x2: 8 + length * scale, y1: HEIGHT - 7, y2: HEIGHT - 7, stroke: "#1d2730", "stroke-width": 2 });
  make(svg, "text", { ...FONT, x: 14 + length * scale, y: HEIGHT - 3, "font-size": 11 }, `${length} mm`);
  make(svg, "text", { ...FONT, x: 6 + span, y: HEIGHT - 3, "font-size": 11, "text-anchor": "end" }, `${map.label} · ${when(k)}`);
  return svg;
}

function bar(svg, map) {
  const left = WIDTH - SIDE + GAP - 8, top = TOP, tall = HEIGHT - TOP - FOOT, id = `scale-${map.name}`;
  const shade = make(make(svg, "defs", {}), "linearGradient", { id, x1: 0, y1: 1, x2: 0, y2: 0 });
  for (let i = 0; i <= 16; i++) make(shade, "stop", { offset: i / 16, "stop-color": `rgb(${colour(i / 16).map(Math.round).join(",")})` });
  make(svg, "rect", { x: left, y: top, width: 14, height: tall, fill: `url(#${id})`, stroke: "#1d2730", "stroke-width": .8 });
  for (const value of [map.low, ...map.levels, map.high]) {
    const share = (value - map.low) / (map.high - map.low), end = value === map.low || value === map.high;
    if (!end && (share * tall < 11 || (1 - share) * tall < 11)) continue;
    const at = top + (1 - share) * tall;
    make(svg, "line", { x1: left + 14, x2: left + 18, y1: at, y2: at, stroke: "#1d2730" });
    make(svg, "text", { ...FONT, x: left + 21, y: at + 4, "font-size": 11 }, told(value));
  }
  make(svg, "text", { ...FONT, x: WIDTH - 2, y: 10, "font-size": 11, "text-anchor": "end" }, map.unit);
}

function drawCourse(k) {
  const svg = sheet(CHART, words.course), { days, lines } = disc.course, left = 34, right = WIDTH - 12, top = 40, foot = CHART - 26;
  const all = lines.flatMap((line) => line.values).filter(Number.isFinite), low = Math.min(0, ...all), high = Math.max(100, ...all) * 1.04;
  const first = days[0], last = days[days.length - 1] > first ? days[days.length - 1] : first + 1;
  const x = (day) => left + (day - first) / (last - first) * (right - left), y = (v) => foot - (v - low) / (high - low) * (foot - top);
  for (const v of [0, 25, 50, 75, 100]) { make(svg, "line", { x1: left, x2: right, y1: y(v), y2: y(v), stroke: "#e6eaee" }); make(svg, "text", { ...FONT, x: left - 4, y: y(v) + 4, "font-size": 11, "text-anchor": "end" }, v); }
  for (const day of [first, last]) make(svg, "text", { ...FONT, x: x(day), y: CHART - 8, "font-size": 11, "text-anchor": day === first ? "start" : "end" }, words.day.replace("#", told(day)));
  disc.events.forEach(([day, name]) => { make(svg, "line", { x1: x(day), x2: x(day), y1: top - 4, y2: foot, stroke: "#b34700", "stroke-dasharray": "3 3" }); make(svg, "path", { d: `M${x(day) - 5} ${top - 9}h10l-5 8z`, fill: "#b34700" }).appendChild(document.createElementNS(SVG, "title")).textContent = name; });
  const now = x(disc.days[k]);
  make(svg, "line", { x1: now, x2: now, y1: top, y2: foot, stroke: "#1d2730", "stroke-width": 1.4 });
  let at = 6;
  for (const line of lines) {
    const points = line.values.map((v, i) => [x(days[i]), y(v), v]).filter(([, , v]) => Number.isFinite(v));
    make(svg, "polyline", { points: points.map(([p, q]) => `${p.toFixed(1)},${q.toFixed(1)}`).join(" "), fill: "none", stroke: line.colour, "stroke-width": 2, "stroke-dasharray": line.dash || "none" });
    const value = line.values[disc.kept[k]];
    if (Number.isFinite(value)) make(svg, "circle", { cx: now, cy: y(value), r: 3.6, fill: line.colour });
    make(svg, "line", { x1: at, x2: at + 26, y1: 13, y2: 13, stroke: line.colour, "stroke-width": 2, "stroke-dasharray": line.dash || "none" });
    make(svg, "text", { ...FONT, x: at + 31, y: 17 }, `${line.label} ${Number.isFinite(value) ? told(value) + " %" : "–"}`);
    at += WIDTH / lines.length;
  }
  return svg;
}

const slider = document.getElementById("time"), play = document.getElementById("play"), day = document.getElementById("day");
function show() {
  const k = Number(slider.value);
  day.textContent = `${when(k)} · ${words.now.replace("#", told(100 * disc.height[k]))}`;
  slider.setAttribute("aria-valuetext", day.textContent);
  for (const figure of document.querySelectorAll("[data-map]")) {
    const map = disc.maps.find((each) => each.name === figure.dataset.map), place = figure.querySelector(".drawing");
    place.replaceChildren(map ? drawMap(map, k) : drawCourse(k));
    if (!map) continue;
    const [lowest, highest] = [least(map.frames[k]), most(map.frames[k])].map((q) => told(map.low + (map.high - map.low) * q / 65535));
    figure.querySelector(".range").textContent = `${lowest} – ${highest}`;
    place.setAttribute("aria-label", `${map.label}, ${day.textContent}: ${lowest} – ${highest} ${map.unit}`);
  }
}
let timer = null;
function run(on) {
  clearInterval(timer); timer = null;
  if (on) { if (Number(slider.value) === Number(slider.max)) slider.value = 0; timer = setInterval(() => { if (Number(slider.value) === Number(slider.max)) run(false); else { slider.value = Number(slider.value) + 1; show(); } }, 200); show(); }
  play.textContent = on ? words.pause : words.play;
  play.setAttribute("aria-pressed", on);
}
play.addEventListener("click", () => run(timer === null));
slider.addEventListener("input", () => { run(false); show(); });
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target === slider) return;
  const to = { ArrowLeft: Number(slider.value) - 1, ArrowRight: Number(slider.value) + 1, Home: 0, End: Number(slider.max) }[event.key];
  if (to !== undefined) { run(false); slider.value = to; show(); event.preventDefault(); }
});
const hand = (name, address) => { const link = document.createElement("a"); link.download = name; link.href = address; link.click(); };
for (const button of document.querySelectorAll("[data-save]")) button.addEventListener("click", () => {
  const figure = button.closest("figure"), svg = figure.querySelector("svg"), name = `${figure.dataset.map}_day_${disc.days[Number(slider.value)].toFixed(0)}`;
  const address = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(svg));
  if (button.dataset.save === "svg") return hand(`${name}.svg`, address);
  const picture = new Image();
  picture.onload = () => { const canvas = document.createElement("canvas"), twice = 2; canvas.width = WIDTH * twice; canvas.height = Number(svg.getAttribute("height")) * twice; canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height); hand(`${name}.png`, canvas.toDataURL("image/png")); };
  picture.src = address;
});
const asked = /^#frame=(\d+)$/.exec(location.hash);
if (asked) slider.value = asked[1];
show();
