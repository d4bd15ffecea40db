// Tables that are typed: rows are added and removed here; without a script the empty rows of the page do.
let made = 0;
const UNITS = { '\u4e07': 1e4, '\u4ebf': 1e8, k: 1e3, m: 1e6, b: 1e9 };
const amount = (text) => {
  const match = /^([\d.,]+)\s*([\u4e07\u4ebfkmb]?)/i.exec((text || '').trim());
  return match ? Math.round(Number(match[1].replaceAll(',', '')) * (UNITS[match[2].toLowerCase()] || 1) * 100) || 0 : 0;
};
const add = (table) => {
  made += 1;
  const holder = document.createElement('tbody');
  holder.innerHTML = table.querySelector('template[data-row-new]').innerHTML.replaceAll('__n__', `n${made}`);
  const row = holder.firstElementChild;
  table.querySelector('tbody').append(row);
  window.htmx.process(row);
  ready(table);
  row.querySelector('input:not([type=hidden])')?.focus();
};
const sum = (table) => {
  const place = table.querySelector('[data-rows-sum]');
  if (!place?.dataset.text) return;
  const cents = [...table.querySelectorAll('tbody input[name$="-amount"]')].reduce((all, input) => all + amount(input.value), 0);
  place.textContent = cents ? place.dataset.text.replace('{sum}', (cents / 100).toLocaleString('en-US', { minimumFractionDigits: 2 })) : '';
};
const ready = (table) => {
  table.querySelectorAll('[data-rows-add], [data-rows-remove]').forEach((button) => { button.hidden = false; });
  sum(table);
};
document.addEventListener('click', (event) => {
  const table = event.target.closest('[data-rows]');
  if (!table) return;
  if (event.target.closest('[data-rows-add]')) add(table);
  if (event.target.closest('[data-rows-remove]')) {
    const row = event.target.closest('tr');
    const next = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    sum(table);
    (next?.querySelector('[data-rows-remove]') || table.querySelector('[data-rows-add]')).focus();
  }
});
document.addEventListener('input', (event) => { const table = event.target.closest('[data-rows]'); if (table) sum(table); });
window.UI.onLoad((root) => root.querySelectorAll?.('[data-rows]').forEach(ready));
