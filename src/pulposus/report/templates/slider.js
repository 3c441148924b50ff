const disc = JSON.parse(document.getElementById("disc").textContent);
const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 620, SIDE = 74, GAP = 20, TOP = 22, FOOT = 20; // of a drawing, px
const span = WIDTH - SIDE - 12, scale = span / (2 * disc.radius);
const tallest = Math.max(...disc.height), HEIGHT = Math.ceil(2 * disc.half * tallest * scale) + TOP + FOOT;
const CHART = Math.max(HEIGHT, 190);
const cx = 6 + span / 2, cy = TOP + disc.half * tallest * scale;
const { radius, half, plate, words } = disc;
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

// Which triangle every pixel of the quarter lies in, and its weights there: found once.
const across = Math.round(span / 2), down = Math.round(half * scale);
const owner = new Int32Array(across * down).fill(-1), weight = new Float32Array(across * down * 2);
disc.corners.forEach(([a, b, c], t) => {
  const r = [a, b, c].map((k) => disc.r[k]), z = [a, b, c].map((k) => disc.z[k]);
  const area = (r[1] - r[0]) * (z[2] - z[0]) - (r[2] - r[0]) * (z[1] - z[0]);
  const cell = (v, size, most) => Math.max(0, Math.min(most - 1, Math.floor(v / size * most)));
  for (let i = cell(Math.min(...r), radius, across); i <= cell(Math.max(...r), radius, across); i++)
    for (let j = cell(Math.min(...z), half, down); j <= cell(Math.max(...z), half, down); j++) {
      const x = (i + .5) / across * radius, y = (j + .5) / down * half;
      const second = ((x - r[0]) * (z[2] - z[0]) - (r[2] - r[0]) * (y - z[0])) / area;
      const third = ((r[1] - r[0]) * (y - z[0]) - (x - r[0]) * (z[1] - z[0])) / area;
      if (second < -1e-9 || third < -1e-9 || second + third > 1 + 1e-9) continue;
      const at = j * across + i;
      owner[at] = t; weight[2 * at] = second; weight[2 * at + 1] = third;
    }
});
// The tissue thins, the endplates do not.
const thinned = (h) => { const share = (half * h - (half - plate)) / plate; return { to: (z) => z <= plate ? z * share : plate * share + (z - plate), from: (z) => z <= plate * share ? z / share : plate + (z - plate * share) }; };

function raster(values, h) {
  const shape = thinned(h), rows = Math.round(half * h * scale), canvas = document.createElement("canvas");
  canvas.width = 2 * across; canvas.height = 2 * rows;
  const pen = canvas.getContext("2d"), image = pen.createImageData(canvas.width, canvas.height);
  for (let j = 0; j < rows; j++) {
    const row = Math.min(down - 1, Math.floor(shape.from((j + .5) / rows * half * h) / half * down));
    for (let i = 0; i < across; i++) {
      const at = row * across + i, t = owner[at];
      if (t < 0) continue;
      const [a, b, c] = disc.corners[t], u = weight[2 * at], v = weight[2 * at + 1];
      const [red, green, blue] = colour((values[a] * (1 - u - v) + values[b] * u + values[c] * v) / 65535);
      for (const x of [across + i, across - 1 - i]) for (const y of [rows - 1 - j, rows + j]) {
        const p = 4 * (y * canvas.width + x);
        image.data[p] = red; image.data[p + 1] = green; image.data[p + 2] = blue; image.data[p + 3] = 255;
      }
    }
  }
  pen.putImageData(image, 0, 0);
  return canvas.toDataURL("image/png");
}

// One contour of the quarter: where its level crosses the sides of triangles, joined to lines.
function contour(values, level, shape) {
  const joints = new Map(), links = new Map();
  const cross = (a, b) => {
    if ((values[a] < level) === (values[b] < level)) return null;
    const key = a < b ? `${a} ${b}` : `${b} ${a}`;
    if (!joints.has(key)) { const s = (level - values[a]) / (values[b] - values[a]); joints.set(key, [disc.r[a] + s * (disc.r[b] - disc.r[a]), shape.to(disc.z[a] + s * (disc.z[b] - disc.z[a]))]); }
    return key;
  };
  for (const [a, b, c] of disc.corners) {
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

function drawMap(map, k) {
  const values = map.frames[k], h = disc.height[k], shape = thinned(h), svg = sheet(HEIGHT, `${map.label} · ${when(k)}`);
  const x = (r) => (cx + r * scale).toFixed(2), y = (z) => (cy - z * scale).toFixed(2), tall = half * h * scale;
  make(svg, "image", { href: raster(values, h), x: 6, y: cy - tall, width: span, height: 2 * tall, preserveAspectRatio: "none" });
  const four = (draw) => [[1, 1], [-1, 1], [1, -1], [-1, -1]].forEach(([a, b]) => draw(a, b));
  const taken = [];
  for (const value of map.levels) {
    const lines = contour(values, (value - map.low) / (map.high - map.low) * 65535, shape);
    for (const line of lines) for (const pen of [{ stroke: "#1d2730", "stroke-width": 2.2, "stroke-opacity": .35 }, { stroke: "#fff", "stroke-width": 1.1 }])
      four((a, b) => make(svg, "polyline", { points: line.map(([r, z]) => `${x(a * r)},${y(b * z)}`).join(" "), fill: "none", ...pen }));
    const spots = lines.flat().map(([r, z]) => [cx + r * scale, cy - z * scale]).filter(([p, q]) => p < 6 + span - 14 && q > cy - tall + 9);
    const free = spots.filter(([p, q]) => taken.every(([s, t]) => Math.abs(p - s) > 34 || Math.abs(q - t) > 13));
    if (free.length) { const spot = free[Math.floor(free.length / 2)]; taken.push(spot); make(svg, "text", { ...FONT, ...HALO, x: spot[0], y: spot[1] + 4, "font-size": 11, "text-anchor": "middle" }, told(value)); }
  }
  for (const [kind, pieces] of Object.entries(disc.borders)) for (const [r1, z1, r2, z2] of pieces)
    four((a, b) => make(svg, "line", { x1: x(a * r1), y1: y(b * shape.to(z1)), x2: x(a * r2), y2: y(b * shape.to(z2)), stroke: "#1d2730", "stroke-width": kind === "outer" ? 1.6 : 1.1, "stroke-dasharray": kind === "outer" ? "none" : "5 3" }));
  for (const name of ["NP", "AF"]) make(svg, "text", { ...FONT, ...HALO, x: x(-disc.regions[name][0]), y: cy + 4, "text-anchor": "middle", "font-weight": 600 }, name);
  make(svg, "text", { ...FONT, x: x(-disc.regions.CEP[0]), y: cy - tall - 6, "text-anchor": "middle", "font-weight": 600 }, "CEP");
  bar(svg, map);
  const length = [50, 20, 10, 5, 2, 1, .5, .2].find((mm) => mm <= radius / 2) || .1;
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
    const [least, most] = map.frames[k].reduce(([a, b], q) => [Math.min(a, q), Math.max(b, q)], [65535, 0]).map((q) => told(map.low + (map.high - map.low) * q / 65535));
    figure.querySelector(".range").textContent = `${least} – ${most}`;
    place.setAttribute("aria-label", `${map.label}, ${day.textContent}: ${least} – ${most} ${map.unit}`);
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
