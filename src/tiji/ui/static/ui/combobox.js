// Comboboxes: the command palette and the lookup fields. The server answers the options; keys choose among them.
const UI = window.UI;

const options = (list) => [...list.querySelectorAll('[role=option]:not([aria-disabled=true])')];
const choose = (input, list, index) => {
  const all = options(list);
  all.forEach((option, at) => option.setAttribute('aria-selected', String(at === index)));
  const chosen = all[index];
  if (chosen) {
    chosen.id ||= `${list.id}-${index}`;
    input.setAttribute('aria-activedescendant', chosen.id);
    chosen.scrollIntoView({ block: 'nearest' });
  } else input.removeAttribute('aria-activedescendant');
};
const chosenIndex = (list) => options(list).findIndex((option) => option.getAttribute('aria-selected') === 'true');
const step = (input, list, key) => {
  const count = options(list).length;
  if (count) choose(input, list, (chosenIndex(list) + (key === 'ArrowDown' ? 1 : -1) + count) % count);
};

/* Palette */
const palette = document.getElementById('palette');
if (palette) {
  const input = palette.querySelector('input'), list = palette.querySelector('[role=listbox]');
  const ready = list.innerHTML;
  const open = () => {
    if (palette.open) return;
    input.value = '';
    UI.openDialog(palette);
    input.focus();
    if (palette.dataset.url) window.htmx.trigger(input, 'palette-open');
    choose(input, list, 0);
  };
  UI.actions.palette = open;
  addEventListener('keydown', (event) => {
    if ((event.metaKey || event.ctrlKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'k') { event.preventDefault(); palette.open ? palette.close() : open(); }
  });
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') { event.preventDefault(); step(input, list, event.key); }
    if (event.key === 'Enter') { event.preventDefault(); const go = options(list)[Math.max(0, chosenIndex(list))]; go?.click(); }
  });
  input.addEventListener('input', () => {
    if (palette.dataset.url) return;
    const typed = input.value.trim().toLowerCase();
    list.innerHTML = ready;
    options(list).forEach((option) => { if (!(option.dataset.text || '').toLowerCase().includes(typed)) option.remove(); });
    choose(input, list, 0);
  });
  list.addEventListener('click', (event) => { if (event.target.closest('[hx-get], [hx-post]')) palette.close(); });
  addEventListener('htmx:afterSwap', (event) => { if (event.detail.target === list) choose(input, list, 0); });
}
document.querySelectorAll('[data-mod-k]').forEach((hint) => { if (/Mac|iP/.test(navigator.platform)) hint.textContent = '⌘K'; });

/* Lookup fields */
const parts = (target) => {
  const box = target.closest?.('[data-lookup]');
  return box && { box, hidden: box.querySelector('input[type=hidden]'), input: box.querySelector('[role=combobox]'), list: box.querySelector('[role=listbox]') };
};
const show = ({ input, list }, on) => { list.hidden = !on; input.setAttribute('aria-expanded', String(on)); };
const take = (part, option) => {
  part.hidden.value = option.dataset.value;
  part.input.value = option.dataset.label;
  show(part, false);
  part.hidden.dispatchEvent(new Event('change', { bubbles: true }));
};
addEventListener('htmx:afterSwap', (event) => {
  const part = parts(event.detail.target);
  if (part && document.activeElement === part.input) { show(part, true); choose(part.input, part.list, 0); }
});
addEventListener('input', (event) => { const part = parts(event.target); if (part) part.hidden.value = ''; });
addEventListener('focusin', (event) => { const part = parts(event.target); if (part?.list.children.length) show(part, true); });
addEventListener('focusout', (event) => { const part = parts(event.target); if (part && !part.box.contains(event.relatedTarget)) setTimeout(() => show(part, false), 150); });
addEventListener('mousedown', (event) => {
  const option = event.target.closest('[data-lookup] [role=option][data-value]');
  if (option) { event.preventDefault(); take(parts(option), option); }
});
addEventListener('keydown', (event) => {
  const part = event.target.matches?.('[role=combobox]') && parts(event.target);
  if (!part || event.isComposing) return;
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') { event.preventDefault(); show(part, true); step(part.input, part.list, event.key); }
  if (event.key === 'Enter' && !part.list.hidden) { event.preventDefault(); const option = options(part.list)[chosenIndex(part.list)]; if (option) take(part, option); }
  if (event.key === 'Escape' && !part.list.hidden) { event.preventDefault(); event.stopPropagation(); show(part, false); }
}, true);
