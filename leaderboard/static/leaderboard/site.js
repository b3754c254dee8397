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
  const axis = { gridcolor: token("--line"), linecolor: token("--line"), zerolinecolor: token("--line-strong"), automargin: true };
  return {
    margin: { l: 56, r: 12, t: 12, b: 48 },
    font: { family: token("--font") || "sans-serif", size: 12, color: token("--ink") },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    legend: { orientation: "h", y: -0.25 },
    hoverlabel: { font: { size: 12 } },
    ...layout,
    xaxis: { ...axis, ...layout.xaxis },
    yaxis: { ...axis, ...layout.yaxis },
  };
}

async function draw(place) {
  const figure = JSON.parse(document.getElementById(place.dataset.figure).textContent);
  const Plotly = await loadPlotly();
  const options = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d"] };
  await Plotly.react(place, figure.data, themed(figure.layout), options);
  place.dataset.drawn = "yes";
}

const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (entry.isIntersecting) {
      seen.unobserve(entry.target);
      draw(entry.target);
    }
  }
}, { rootMargin: "200px" });
document.querySelectorAll("[data-figure]").forEach((place) => seen.observe(place));

function redraw() {
  document.querySelectorAll("[data-drawn]").forEach(draw);
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

document.querySelectorAll("[data-submit]").forEach((box) => box.addEventListener("change", () => box.form.requestSubmit()));

document.addEventListener("keydown", (event) => {
  const filter = document.querySelector("[data-slash]");
  if (event.key === "/" && filter && !event.target.closest("input, textarea, select")) {
    event.preventDefault();
    filter.focus();
  }
});
