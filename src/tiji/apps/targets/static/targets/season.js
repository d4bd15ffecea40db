// The twelve bars of a year's season: dragged, moved with the keys, or typed; the shares follow.
const MOST = 1000;
const KEYS = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 5, PageDown: -5 };

const formOf = (element) => element.closest?.('[data-season]');
const fieldOf = (bar) => bar.parentElement.querySelector('input');
const weightOf = (bar) => Number(bar.getAttribute('aria-valuenow'));
const tidy = (number) => String(Math.round(number * 1e4) / 1e4);

// Scale and heights, shares and what is read aloud, all from the weights in the fields.
function draw(form) {
  const bars = [...form.querySelectorAll('[role=slider]')];
  const weights = bars.map((bar) => {
    const typed = Number(fieldOf(bar).value.replace(/,/g, ''));
    return fieldOf(bar).value.trim() && typed >= 0 ? Math.min(typed, MOST) : 0;
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const highest = Math.max(...weights);
  const stood = Number(bars[0].getAttribute('aria-valuemax'));
  const most = highest > stood ? Math.min(MOST, highest * 1.25) : stood;
  bars.forEach((bar, at) => {
    const share = `${(total ? (weights[at] / total) * 100 : 0).toFixed(1)}%`;
    bar.setAttribute('aria-valuemax', tidy(most));
    bar.setAttribute('aria-valuenow', tidy(weights[at]));
    bar.setAttribute('aria-valuetext', form.dataset.text.replace('{weight}', tidy(weights[at])).replace('{share}', share));
    bar.style.setProperty('--h', `${(weights[at] / most) * 100}%`);
    bar.parentElement.querySelector('output').textContent = share;
  });
}

function set(bar, weight) {
  const field = fieldOf(bar);
  field.value = tidy(Math.max(0, Math.min(MOST, weight)));
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

// Dragging: the scale stands still until the pointer is let go.
let held = null;
const drag = (event) => {
  const box = held.getBoundingClientRect();
  const part = Math.max(0, Math.min(1, (box.bottom - event.clientY) / box.height));
  const step = Number(held.dataset.step);
  set(held, Math.round((part * Number(held.getAttribute('aria-valuemax'))) / step) * step);
};
addEventListener('pointerdown', (event) => {
  const bar = event.target.closest?.('[data-season] [role=slider]');
  if (!bar || event.button) return;
  event.preventDefault();
  held = bar;
  bar.setPointerCapture(event.pointerId);
  bar.focus();
  drag(event);
});
addEventListener('pointermove', (event) => { if (held) drag(event); });
['pointerup', 'pointercancel'].forEach((name) => addEventListener(name, () => { held = null; }));

addEventListener('keydown', (event) => {
  const bar = event.target.closest?.('[data-season] [role=slider]');
  if (!bar || event.ctrlKey || event.metaKey || event.altKey) return;
  const step = Number(bar.dataset.step);
  if (event.key in KEYS) set(bar, (Math.round(weightOf(bar) / step) + KEYS[event.key]) * step);
  else if (event.key === 'Home') set(bar, 0);
  else if (event.key === 'End') set(bar, Number(bar.getAttribute('aria-valuemax')));
  else return;
  event.preventDefault();
});
addEventListener('input', (event) => { const form = formOf(event.target); if (form) draw(form); });
const drawAll = () => document.querySelectorAll('[data-season]').forEach(draw);
addEventListener('htmx:afterSwap', drawAll);
drawAll();
