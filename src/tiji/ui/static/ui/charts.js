// Charts: data from <script type="application/json" data-for=id>, named builders, every colour from the tokens.
const UI = window.UI;
const css = UI.css;
const builders = {};
const drawn = new Map();
const english = document.documentElement.lang.startsWith('en');

const number = (value, places = 0) => (value < 0 ? '−' : '') + Math.abs(value).toLocaleString('en-US', { minimumFractionDigits: places, maximumFractionDigits: places });
const short = (value) => {
  const size = Math.abs(value), sign = value < 0 ? '−' : '';
  const steps = english ? [[1e9, 2, 'B'], [1e6, 1, 'M'], [1e3, 1, 'K']] : [[1e8, 2, '亿'], [1e4, size >= 1e7 ? 0 : 1, '万']];
  const step = steps.find(([from]) => size >= from);
  return sign + (step ? number(size / step[0], step[1]) + step[2] : number(size));
};
// Axis labels in one unit: whole when the step allows it.
const axisText = (value) => short(value).replace(/\.0+(?=[^\d]|$)/, '');

const base = () => ({
  color: [1, 2, 3, 4, 5, 6, 7, 8].map((n) => css(`--c${n}`)),
  textStyle: { fontFamily: css('--font'), fontSize: 12, color: css('--ink-2') },
  animation: !matchMedia('(prefers-reduced-motion: reduce)').matches,
  animationDuration: 500,
  aria: { enabled: true },
  tooltip: { confine: true, backgroundColor: css('--card'), borderColor: css('--line'), textStyle: { color: css('--ink'), fontSize: 12 }, extraCssText: 'border-radius:8px;box-shadow:0 12px 32px rgb(20 25 35/.14)' },
});
const axis = {
  cat: (data, more = {}) => ({ type: 'category', data, axisTick: { show: false }, axisLine: { lineStyle: { color: css('--line-strong') } }, axisLabel: { color: css('--ink-3'), fontSize: 11 }, ...more }),
  val: (more = {}) => ({ type: 'value', axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: css('--ink-3'), fontSize: 11, formatter: axisText }, splitLine: { lineStyle: { color: css('--grid-line') } }, splitNumber: 4, ...more }),
};
// A colour by its token name: "c1", "st-won", "bad-solid".
const color = (name, fallback = 'c1') => css(`--${name || fallback}`);
const fade = (hex, alpha) => hex + Math.round(alpha * 255).toString(16).padStart(2, '0');
const tooltip = (more = {}) => ({ ...base().tooltip, ...more });

const dataOf = (element) => {
  const block = document.querySelector(`script[type="application/json"][data-for="${CSS.escape(element.id)}"]`);
  return block ? JSON.parse(block.textContent) : {};
};
const draw = (element) => {
  const build = builders[element.dataset.chart];
  if (!build || !window.echarts) return;
  const data = dataOf(element);
  if (!data) return;
  window.echarts.getInstanceByDom(element)?.dispose();
  const chart = window.echarts.init(element, null, { renderer: 'svg' });
  chart.setOption({ ...base(), ...build(data, css) });
  chart.on('click', (event) => { if (event.data?.href) location.assign(event.data.href); });
};
const watch = (element) => {
  if (!drawn.has(element)) {
    const observer = new ResizeObserver(() => window.echarts?.getInstanceByDom(element)?.resize());
    observer.observe(element);
    drawn.set(element, observer);
  }
  draw(element);
};
const forget = () => drawn.forEach((observer, element) => {
  if (element.isConnected) return;
  observer.disconnect();
  window.echarts?.getInstanceByDom(element)?.dispose();
  drawn.delete(element);
});

UI.charts = {
  define(name, build) { builders[name] = build; drawn.forEach((_, element) => { if (element.dataset.chart === name) draw(element); }); },
  redraw: () => drawn.forEach((_, element) => draw(element)),
  axis, base, color, fade, tooltip, number, short, axisText,
};
const start = (at) => {
  forget();
  (at.querySelectorAll ? [...at.querySelectorAll('[data-chart]')] : []).forEach(watch);
};
(document.fonts?.ready ?? Promise.resolve()).then(() => UI.onLoad(start));
document.body.addEventListener('tiji:theme', UI.charts.redraw);
addEventListener('beforeprint', UI.charts.redraw);
