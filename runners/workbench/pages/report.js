const figures = JSON.parse(document.getElementById("figures").textContent);

// A matrix comes as bytes between its least and its greatest number, frame after frame.
function frameOf({ shape: [, height, width], bytes, low, high }, frame) {
  const levels = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0)).subarray(frame * height * width);
  return Array.from({ length: height }, (_, y) =>
    Array.from(levels.subarray(y * width, (y + 1) * width), (level) => low + (level / 255) * (high - low)));
}

function withColours(layout) {
  const ink = getComputedStyle(document.body).color, clear = "rgba(0,0,0,0)";
  const line = "rgba(128,128,128,0.35)";
  const wide = (axis) => ({ ...axis, automargin: true, gridcolor: line, zerolinecolor: "rgba(128,128,128,0.8)" });
  const below = window.innerWidth < 700 ? { legend: { orientation: "h", y: -0.3, yanchor: "top" } } : {};
  const axes = { xaxis: wide(layout.xaxis), yaxis: wide(layout.yaxis) };
  return { margin: { t: 30 }, ...layout, ...below, ...axes, font: { color: ink }, paper_bgcolor: clear, plot_bgcolor: clear };
}

function draw(place, figure) {
  if (figure.matrices) {
    const matrix = figure.matrices[place.chosen ?? 0], [zmin, zmax] = figure.range ?? [matrix.low, matrix.high];
    const frame = Math.min(place.frame ?? 0, matrix.shape[0] - 1);
    Object.assign(figure.data[0], { z: frameOf(matrix, frame), zmin, zmax });
  }
  Plotly.react(place, figure.data, withColours(figure.layout), { responsive: true, displaylogo: false });
}

// Which method's matrix, and which frame of it.
function addControls(place, figure) {
  if (figure.matrices.length > 1) {
    const list = document.createElement("select");
    list.setAttribute("aria-label", "Method");
    list.append(...figure.matrices.map(({ name }, index) => new Option(name, index)));
    list.addEventListener("change", () => { place.chosen = Number(list.value); draw(place, figure); });
    place.before(list);
  }
  const last = Math.max(...figure.matrices.map(({ shape }) => shape[0])) - 1;
  if (last > 0) {
    const slider = Object.assign(document.createElement("input"), { type: "range", min: 0, max: last, value: 0 });
    slider.setAttribute("aria-label", "Frame");
    slider.addEventListener("input", () => { place.frame = Number(slider.value); draw(place, figure); });
    place.before(slider);
  }
}

for (const place of document.querySelectorAll("[data-figure]")) {
  const figure = figures[place.dataset.figure];
  if (figure.matrices) addControls(place, figure);
  draw(place, figure);
}
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
  document.querySelectorAll("[data-figure]").forEach((place) => draw(place, figures[place.dataset.figure])));
