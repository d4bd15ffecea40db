// The plan designer: its payout curve, problems at their fields while one types, and entries that survive a reload.
// The server reads, checks and draws up everything; nothing here decides.
const UI = window.UI;
const { define, axis, color, fade, tooltip, short, number, axisText } = UI.charts;

define('payout', (data, css) => {
  const place = (value) => (data.percent ? `${number(value * 100, value * 1000 % 10 ? 1 : 0)}%` : axisText(value));
  return {
    grid: { left: 4, right: 16, top: 14, bottom: 4, outerBoundsMode: 'same' },
    tooltip: tooltip({ trigger: 'item', formatter: (at) => `${at.seriesType === 'scatter' ? `${at.name}<br>` : ''}${place(at.value[0])} → ${short(at.value[1])}` }),
    xAxis: axis.val({ splitLine: { show: false }, axisLine: { show: true, lineStyle: { color: css('--line-strong') } }, max: 'dataMax', axisLabel: { color: css('--ink-3'), fontSize: 11, formatter: place, showMaxLabel: false } }),
    yAxis: axis.val(),
    series: [
      { name: data.names.curve, type: 'line', data: data.curve, showSymbol: true, symbolSize: 5, itemStyle: { color: color('c1'), opacity: 0 }, emphasis: { itemStyle: { opacity: 1 } }, lineStyle: { width: 2.2, color: color('c1') }, areaStyle: { color: fade(css('--c1'), 0.09) },
        markLine: { silent: true, symbol: 'none', animation: false, lineStyle: { color: css('--line-strong'), type: [3, 4], width: 1 }, label: { show: false }, data: data.limits.map((limit) => ({ xAxis: limit })) } },
      { name: data.names.people, type: 'scatter', data: data.people, symbolSize: 9, itemStyle: { color: color('c2'), opacity: 0.75, borderColor: css('--card'), borderWidth: 1.5 } },
    ],
  };
});

// What is wrong, at the field: its place in the document is the field's name.
const cellAt = (form, place) => {
  const parts = place.split('.');
  for (let size = parts.length; size > 0; size -= 1) {
    const name = parts.slice(0, size).join('.');
    const cell = form.querySelector(`[data-cell="${CSS.escape(`doc.${name}`)}"], [data-cell="${CSS.escape(`doc.${name}#name`)}"]`);
    if (cell) return cell;
  }
  return null;
};
const control = (cell) => cell.querySelector('input:not([type=hidden]), select, textarea');
const clear = (cell) => {
  cell.querySelectorAll('[data-told]').forEach((one) => one.remove());
  cell.querySelectorAll('[aria-invalid]').forEach((one) => one.removeAttribute('aria-invalid'));
  control(cell)?.removeAttribute('aria-describedby');
};
const tell = (cell, text) => {
  const field = control(cell);
  if (!field) return;
  const told = document.createElement('small');
  told.className = 'bad-t';
  told.dataset.told = '';
  told.id = `${field.id || cell.dataset.cell}-e`;
  told.textContent = text;
  cell.append(told);
  field.setAttribute('aria-invalid', 'true');
  field.setAttribute('aria-describedby', told.id);
  field.closest('.input')?.setAttribute('aria-invalid', 'true');
};
const mark = (form) => {
  const list = form.querySelector('[data-problems]');
  if (!list) return;
  form.querySelectorAll('[data-cell]:has([data-told])').forEach(clear);
  list.querySelectorAll('[data-at]').forEach((one) => { const cell = cellAt(form, one.dataset.at); if (cell) tell(cell, one.textContent); });
};

// A choice on which other fields depend is answered with the form as it looks then.
const redraw = (form) => form.querySelector('button[value=check]')?.click();

// Unsaved entries are kept on this device; whoever comes back may go on with them.
const key = (form) => `tiji.plan:${form.getAttribute('action')}`;
const entries = (form) => [...new FormData(form)].filter(([name, value]) => typeof value === 'string' && name !== 'csrfmiddlewaretoken' && name !== 'do');
let timer = 0, waiting = null;
const keep = (form) => { if (form?.isConnected) localStorage.setItem(key(form), JSON.stringify(entries(form))); };
const restore = (form) => {
  const kept = localStorage.getItem(key(form));
  if (!kept || form.dataset.asked || kept === JSON.stringify(entries(form))) return;
  form.dataset.asked = '1';
  const toast = UI.toast(form.dataset.textRestored, { tone: 'info' });
  const offer = (text, run) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'b';
    button.textContent = text;
    button.addEventListener('click', () => { toast.remove(); run(); });
    toast.querySelector('.grow').after(button);
  };
  offer(form.dataset.textDiscard, () => localStorage.removeItem(key(form)));
  offer(form.dataset.textRestore, () => {
    const values = { do: 'check' };
    JSON.parse(kept).forEach(([name, value]) => { values[name] = name in values ? [].concat(values[name], value) : value; });
    window.htmx.ajax('POST', form.getAttribute('action'), { target: '#design', swap: 'outerHTML', values });
  });
};
const now = () => { clearTimeout(timer); keep(waiting); waiting = null; };
// Whoever leaves within that moment loses nothing either.
addEventListener('pagehide', () => { if (waiting) now(); });
const typed = (event) => {
  const form = event.target.closest?.('form[data-design]');
  if (!form) return;
  clearTimeout(timer);
  waiting = form;
  timer = setTimeout(now, 300);
  if (event.type === 'change' && 'redraw' in event.target.dataset) redraw(form);
};
addEventListener('input', typed);
addEventListener('change', typed);
addEventListener('htmx:afterRequest', (event) => { if (event.detail.xhr?.getResponseHeader('HX-Redirect')) { const form = document.querySelector('form[data-design]'); clearTimeout(timer); waiting = null; if (form) localStorage.removeItem(key(form)); } });
addEventListener('htmx:afterSettle', (event) => {
  const form = document.querySelector('form[data-design]');
  if (!form) return;
  if (event.detail.target?.id === 'plan-preview') mark(form); else keep(form);
});

// The form comes back as a whole: the focus goes on where it was, or to what was added.
let asked = '';
addEventListener('htmx:beforeRequest', (event) => { if (event.detail.elt.matches?.('form[data-design]')) asked = event.detail.requestConfig.parameters.get?.('do') ?? event.detail.requestConfig.parameters.do ?? ''; });
const follow = (form) => {
  const [word, place, ...rest] = asked.split(':');
  asked = '';
  if (word === 'add') {
    const cells = [...form.querySelectorAll('[data-cell]')].filter((cell) => cell.dataset.cell.startsWith(`doc.${place}[`) || cell.dataset.cell.startsWith(`doc.${place}.`));
    const last = cells.at(-1)?.dataset.cell.slice(`doc.${place}`.length).match(/^(\[\d+\]|\.[^.#]+)/)?.[0];
    const found = last && cells.find((cell) => cell.dataset.cell.startsWith(`doc.${place}${last}`));
    if (found) control(found)?.focus();
  } else if (word === 'save') {
    form.querySelector('input[aria-invalid=true], select[aria-invalid=true], textarea[aria-invalid=true], [role=alert]')?.focus();
  } else if (['up', 'down', 'remove', 'form', 'yaml'].includes(word)) {
    const value = [word, place, ...rest].filter((part) => part !== undefined).join(':');
    (form.querySelector(`button[value="${CSS.escape(value)}"]`) || form.querySelector('button[value="form"]'))?.focus();
  }
};
addEventListener('htmx:afterSettle', () => { const form = document.querySelector('form[data-design]'); if (asked && form) follow(form); });

let first = true;
UI.onLoad((at) => {
  const form = document.querySelector('form[data-design]');
  if (first && form && at === document.body) { first = false; restore(form); }
});
