// Charts when they are seen, the theme switch, copying, "/" for the filter. Everything works without it but the charts.

const plotly = document.querySelector("script[data-plotly]").dataset.plotly;
let loading;

function loadPlotly() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = plotly;
    script.onload = () => resolve(window.Plotly);
    script.onerror = reject;
    document.head.append(script);
  });
  return loading;
}

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function themed(layout) {
  const axis = { gridcolor: token("--line"), linecolor: token("--line"), zerolinecolor: token("--line-strong"), automargin: true, exponentformat: "power" };
  return {
    margin: { l: 56, r: 12, t: 12, b: 48 },
    font: { family: token("--font") || "sans-serif", size: 12, color: token("--ink") },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    legend: { orientation: "h", yref: "container", y: 0, yanchor: "bottom", tracegroupgap: 0 },
    hoverlabel: { font: { size: 12 } },
    ...layout,
    xaxis: { ...axis, ...layout.xaxis },
    yaxis: { ...axis, ...layout.yaxis },
  };
}

function figureOf(place) {
  place.figure ??= JSON.parse(document.getElementById(place.dataset.figure).textContent);
  return place.figure;
}

// A matrix crosses as bytes between its least and its greatest number, frame after frame.
function decoded(matrix, frame) {
  const [, height, width] = matrix.shape, { low, high } = matrix;
  matrix.levels ??= Uint8Array.from(atob(matrix.bytes), (letter) => letter.charCodeAt(0));
  const rows = [];
  for (let y = 0; y < height; y++) {
    const start = (frame * height + y) * width;
    rows.push(Array.from(matrix.levels.subarray(start, start + width), (level) => low + (level / 255) * (high - low)));
  }
  return rows;
}

// What is not in the page yet is fetched when it is chosen.
async function loadMatrix(matrix) {
  if (!matrix.bytes) Object.assign(matrix, await (await fetch(matrix.url)).json());
  return matrix;
}

async function showMatrix(place) {
  const { data, matrices } = figureOf(place), { chosen = 0 } = place;
  const matrix = await loadMatrix(matrices[chosen]);
  const last = matrix.shape[0] - 1, frame = Math.min(place.frame ?? 0, last);
  const [zmin, zmax] = figureOf(place).range ?? [matrix.low, matrix.high];
  Object.assign(data[0], { z: decoded(matrix, frame), zmin, zmax });
  if (place.slider) {
    Object.assign(place.slider, { max: last, value: frame });
    place.slider.hidden = last === 0;
    place.label.textContent = matrix.frames[frame] ?? "";
    place.slider.setAttribute("aria-valuetext", place.label.textContent);
  }
}

// A list of methods and a slider of frames above a matrix, where there is more than one.
function addControls(place) {
  const { matrices } = figureOf(place), bar = document.createElement("div");
  bar.className = "frames";
  const change = async () => { await showMatrix(place); await draw(place); };
  if (matrices.length > 1) {
    const list = document.createElement("select");
    list.setAttribute("aria-label", "Method");
    list.append(...matrices.map(({ name }, index) => new Option(name, index)));
    list.addEventListener("change", () => { place.chosen = Number(list.value); change(); });
    bar.append(list);
  }
  if (matrices.some(({ shape }) => !shape || shape[0] > 1)) {
    place.slider = Object.assign(document.createElement("input"), { type: "range", min: 0, value: 0 });
    place.slider.setAttribute("aria-label", "Frame");
    place.label = document.createElement("output");
    place.slider.addEventListener("input", () => { place.frame = Number(place.slider.value); change(); });
    bar.append(place.slider, place.label);
  }
  if (bar.children.length) place.before(bar);
}

async function draw(place) {
  const figure = figureOf(place);
  const Plotly = await loadPlotly();
  if (figure.matrices && !place.hasControls) {
    place.hasControls = true;
    addControls(place);
    await showMatrix(place);
  }
  const options = { responsive: true, displaylogo: false, displayModeBar: window.matchMedia("(hover: hover)").matches ? "hover" : false, modeBarButtonsToRemove: ["toImage", "lasso2d", "select2d", "autoScale2d"] };
  await Plotly.react(place, figure.data, themed(figure.layout), options);
  if (!place.dataset.drawn) {
    await heighten(Plotly, place);
    place.on("plotly_hover", (event) => highlight(event.points[0].data.legendgroup));
    place.on("plotly_unhover", () => highlight(undefined));
  }
  place.dataset.drawn = "yes";
}

// On a phone a long legend must not press the plot itself flat.
async function heighten(Plotly, place) {
  // oxlint-disable-next-line no-underscore-dangle -- Plotly has no public name for the size of the plot without its margins
  const missing = 240 - place._fullLayout._size.h;
  if (missing <= 0 || !window.matchMedia("(max-width: 40rem)").matches) return;
  place.style.height = `${place.clientHeight + missing}px`;
  await Plotly.Plots.resize(place);
}

// One method lit in every chart and table, the others dimmed.
let lit, waiting;
function highlight(group) {
  if (group === lit) return;
  lit = group;
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(() => {
    document.querySelectorAll("[data-drawn]").forEach((place) => {
      if (!place.data.some((trace) => trace.legendgroup)) return;
      const others = (trace) => lit && trace.legendgroup && trace.legendgroup !== lit;
      window.Plotly.restyle(place, { opacity: place.data.map((trace) => (others(trace) ? 0.15 : 1)) });
    });
    document.querySelectorAll("[data-entry]").forEach((row) => row.classList.toggle("dimmed", Boolean(lit) && row.dataset.entry !== lit));
  });
}
document.querySelectorAll("[data-entry]").forEach((row) => {
  for (const on of ["mouseenter", "focusin"]) row.addEventListener(on, () => highlight(row.dataset.entry));
  for (const off of ["mouseleave", "focusout"]) row.addEventListener(off, () => highlight(undefined));
});

// A menu closes on Escape and on a click elsewhere.
function closeMenus(except) {
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (menu.contains(except)) return;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    menu.open = false;
  });
}
document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => event.key === "Escape" && closeMenus());

// On a phone the choices of a board wait behind a button, so that its first row is seen.
document.querySelectorAll("[data-fold]").forEach((button) => {
  if (!window.matchMedia("(max-width: 40rem)").matches) return;
  const fold = (folded) => { button.form.classList.toggle("folded", folded); button.setAttribute("aria-expanded", String(!folded)); };
  button.hidden = false;
  button.addEventListener("click", () => fold(!button.form.classList.contains("folded")));
  fold(true);
});

// What scrolls sideways can be reached by keyboard.
document.querySelectorAll(".scroll:not([tabindex]), .prose pre").forEach((place) => {
  place.tabIndex = 0;
  place.setAttribute("role", "group");
  place.setAttribute("aria-label", place.querySelector("table") ? "Table" : "Code");
});

// PNG, SVG and CSV of a chart; the buttons lie over the figure's corner, so that nothing moves.
function table(data) {
  const lines = [["series", "x", "y", "value", "low", "high"]];
  for (const trace of data) {
    if (trace.type === "heatmap") {
      trace.z?.forEach((row, i) => row.forEach((z, j) => lines.push([trace.name ?? "", trace.x?.[j] ?? j, trace.y?.[i] ?? i, z, "", ""])));
      continue;
    }
    const bars = trace.error_y ?? trace.error_x, along = trace.error_x ? trace.x : trace.y;
    (trace.x ?? []).forEach((x, i) => {
      const up = bars?.array?.[i], down = bars?.arrayminus?.[i] ?? up, centre = along[i];
      lines.push([trace.name ?? "", x, trace.y[i], "", down == null ? "" : centre - down, up == null ? "" : centre + up]);
    });
  }
  const quoted = (cell) => (/[",\n]/.test(String(cell ?? "")) ? `"${String(cell).replaceAll('"', '""')}"` : String(cell ?? ""));
  const safe = (cell) => (typeof cell === "string" && /^[=+\-@\t]/.test(cell) ? `'${cell}` : cell);
  return lines.map((line) => line.map((cell) => quoted(safe(cell))).join(",")).join("\n");
}

async function download(place, format) {
  const name = (place.dataset.title ?? place.dataset.figure).replace(/[^\w]+/g, "-").toLowerCase();
  if (format === "csv") {
    const figure = figureOf(place);
    if (figure.matrices) await showMatrix(place);
    const { data } = figure;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([table(data)], { type: "text/csv" }));
    link.download = `${name}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
    return;
  }
  if (!place.dataset.drawn) await draw(place);
  await window.Plotly.downloadImage(place, { format, filename: name, scale: format === "png" ? 2 : 1, width: place.clientWidth, height: place.clientHeight });
}

document.querySelectorAll("[data-figure]").forEach((place) => {
  const bar = document.createElement("div");
  bar.className = "exports";
  for (const format of ["png", "svg", "csv"]) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = format.toUpperCase();
    button.setAttribute("aria-label", `Download ${place.dataset.title ?? "this chart"} as ${format.toUpperCase()}`);
    button.addEventListener("click", () => download(place, format));
    bar.append(button);
  }
  place.closest(".panels section, figure")?.append(bar);
});

// Charts are drawn one by one, each when the page has nothing else to do: between two of them it answers its reader.
const line = [];
let drawing = false;

async function drawInLine() {
  if (drawing) return;
  drawing = true;
  await loadPlotly();
  while (line.length) {
    await new Promise((done) => (window.requestIdleCallback ?? setTimeout)(done, { timeout: 500 }));
    await draw(line.shift());
  }
  drawing = false;
}

const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (entry.isIntersecting) {
      seen.unobserve(entry.target);
      line.push(entry.target);
    }
  }
  if (line.length) drawInLine();
}, { rootMargin: "200px" });
document.querySelectorAll("[data-figure]").forEach((place) => seen.observe(place));

function redraw() {
  line.push(...[...document.querySelectorAll("[data-drawn]")].filter((place) => !line.includes(place)));
  drawInLine();
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

document.querySelector("[data-theme-toggle]")?.addEventListener("click", () => {
  const isDark = getComputedStyle(document.documentElement).colorScheme.includes("dark");
  document.documentElement.dataset.theme = isDark ? "light" : "dark";
  localStorage.setItem("theme", document.documentElement.dataset.theme);
  redraw();
});

document.querySelectorAll("[data-copy]").forEach((button) => {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = "Copied";
  });
});

document.querySelectorAll("[data-copy-link]").forEach((button) => {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(new URL(button.dataset.copyLink, location.href).href);
    button.textContent = "Copied";
  });
});

function showBeside(tip, place) {
  tip.showPopover();
  const box = place.getBoundingClientRect();
  tip.style.left = `${Math.max(8, Math.min(box.left, innerWidth - tip.offsetWidth - 8))}px`;
  tip.style.top = `${box.bottom + 6 + tip.offsetHeight > innerHeight ? box.top - tip.offsetHeight - 6 : box.bottom + 6}px`;
}

// Headers explain themselves when they are pointed at or focused; without scripts their titles do, to pointers only.
const told = Object.assign(document.createElement("div"), { className: "tip", id: "told", popover: "manual", role: "tooltip" });
document.querySelector("main")?.append(told);
const hush = () => told.matches(":popover-open") && told.hidePopover();
document.querySelectorAll("thead [title]").forEach((header) => {
  const target = header.querySelector("a") ?? header, text = header.title;
  header.removeAttribute("title");
  if (target.localName === "th") target.tabIndex = 0;
  target.setAttribute("aria-describedby", told.id);
  const show = () => { hush(); told.textContent = text; showBeside(told, target); };
  for (const on of ["mouseenter", "focus"]) target.addEventListener(on, show);
  for (const off of ["mouseleave", "blur"]) target.addEventListener(off, hush);
});
document.addEventListener("keydown", (event) => event.key === "Escape" && hush());

// Flags explain themselves when they are pointed at, focused or pressed; the text floats above the scrolling table.
document.querySelectorAll("button[popovertarget]").forEach((button) => {
  const tip = document.getElementById(button.getAttribute("popovertarget"));
  button.setAttribute("aria-describedby", tip.id);
  const show = () => {
    if (tip.matches(":popover-open")) return;
    showBeside(tip, button);
  };
  const hide = () => tip.matches(":popover-open") && tip.hidePopover();
  for (const on of ["mouseenter", "focus"]) button.addEventListener(on, show);
  for (const off of ["mouseleave", "blur"]) button.addEventListener(off, hide);
  button.addEventListener("click", (event) => { event.preventDefault(); show(); });
});

document.querySelectorAll("[data-submit]").forEach((box) => box.addEventListener("change", () => box.form.requestSubmit()));

document.addEventListener("keydown", (event) => {
  const filter = document.querySelector("[data-slash]");
  if (event.key === "/" && filter && !event.target.closest("input, textarea, select")) {
    event.preventDefault();
    filter.focus();
  }
});
