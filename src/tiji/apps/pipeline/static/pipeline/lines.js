// The products of a deal: rows come and go, prices come from the price book, sums are shown while one types.
// The server works everything out again; nothing here decides. Listens on the document, since the form comes as a dialog.
const UNITS = { '\u4e07': 1e4, '\u4ebf': 1e8, k: 1e3, m: 1e6, b: 1e9 };
const HALF = (text) => text.replace(/[\uff10-\uff19\uff0c\uff0e\uff05]/g, (sign) => ({ '\uff0c': ',', '\uff0e': '.', '\uff05': '%' })[sign] || String.fromCharCode(sign.charCodeAt(0) - 0xfee0));
const read = (field) => {
  const match = /^([\d,]*\.?\d*)\s*([\u4e07\u4ebfkmb]?)$/i.exec(HALF(field?.value || '').replace(/[\s%]/g, ''));
  return match && match[1] ? Number(match[1].replaceAll(',', '')) * (UNITS[match[2].toLowerCase()] || 1) : null;
};
const written = (value, places) => value.toLocaleString('en-US', { minimumFractionDigits: places, maximumFractionDigits: places });
const cell = (row, name) => row.querySelector(`[name$="-${name}"]`);
const worth = (row, places) => {
  const price = read(cell(row, 'unit_price')), quantity = read(cell(row, 'quantity')) ?? 1, scale = 10 ** places;
  if (!cell(row, 'product').value || price === null) return null;
  return Math.round(quantity * price * (100 - (read(cell(row, 'discount')) ?? 0)) / 100 * scale + 1e-7) / scale;
};
const follow = (table, total) => {
  const amount = table.closest('form')?.querySelector('[name=amount]');
  if (!amount) return;
  if (total !== null) { amount.value = written(total, Number(table.dataset.places)); amount.dataset.follows = '1'; }
  amount.readOnly = total !== null;
  let note = amount.closest('.fld').querySelector('[data-follows-note]');
  if (!note) { note = document.createElement('small'); note.dataset.followsNote = ''; amount.closest('.fld').append(note); }
  note.textContent = total === null ? '' : table.dataset.textFollows;
};
const sum = (table) => {
  const places = Number(table.dataset.places);
  let total = null;
  table.querySelectorAll('[data-line]').forEach((row) => {
    const value = worth(row, places);
    row.querySelector('[data-line-amount]').textContent = value === null ? '—' : written(value, places);
    if (value !== null) total = Math.round(((total ?? 0) + value) * 10 ** places) / 10 ** places;
  });
  table.querySelector('[data-lines-total]').textContent = total === null ? '—' : written(total, places);
  follow(table, total);
};
let made = 0;
const add = (table) => {
  made += 1;
  const holder = document.createElement('tbody');
  holder.innerHTML = table.querySelector('template[data-row-new]').innerHTML.replaceAll('__n__', `n${made}`);
  const row = holder.firstElementChild;
  table.querySelector('tbody').append(row);
  window.htmx.process(row);
  ready(table);
  row.querySelector('[role=combobox]').focus();
};
const ready = (table) => {
  table.querySelectorAll('[data-lines-add], [data-lines-remove]').forEach((button) => { button.hidden = false; });
  sum(table);
};
const price = async (table, row) => {
  const product = cell(row, 'product').value, field = cell(row, 'unit_price');
  if (!product || (field.value && !field.dataset.offered)) return sum(table);
  const answer = await fetch(`${table.dataset.priceUrl}&product=${product}`, { headers: { Accept: 'application/json' } });
  if (answer.ok) { field.value = (await answer.json()).price; field.dataset.offered = '1'; }
  if (!cell(row, 'quantity').value) cell(row, 'quantity').value = '1';
  return sum(table);
};
document.addEventListener('click', (event) => {
  const table = event.target.closest('[data-lines]');
  if (!table) return;
  if (event.target.closest('[data-lines-add]')) add(table);
  if (event.target.closest('[data-lines-remove]')) {
    const row = event.target.closest('tr'), next = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    sum(table);
    (next?.querySelector('[data-lines-remove]') || table.querySelector('[data-lines-add]')).focus();
    table.dispatchEvent(new Event('change', { bubbles: true }));
  }
});
document.addEventListener('input', (event) => {
  const table = event.target.closest?.('[data-lines]');
  if (!table) return;
  delete event.target.dataset.offered;
  sum(table);
});
document.addEventListener('change', (event) => {
  const table = event.target.closest?.('[data-lines]'), row = event.target.closest?.('[data-line]');
  if (table && row && event.target === cell(row, 'product')) price(table, row);
  else if (table) sum(table);
});
window.UI.onLoad((root) => root.querySelectorAll?.('[data-lines]').forEach(ready));
