// Messages: what happened, with undo for 8 seconds.
const UI = window.UI;
const SECONDS = 8;

const watch = (toast) => {
  if (toast.dataset.watched) return;
  toast.dataset.watched = '1';
  const seconds = toast.querySelector('[data-seconds]');
  let left = seconds ? SECONDS : toast.classList.contains('bad') ? 20 : 5;
  const tick = setInterval(() => {
    if (toast.matches(':hover, :focus-within')) return;
    left -= 1;
    if (seconds) seconds.textContent = Math.max(left, 0);
    if (left <= 0) { clearInterval(tick); toast.remove(); }
  }, 1000);
};

const box = () => {
  // The top layer hides everything below an open dialog, so messages are shown in it.
  const open = [...document.querySelectorAll('dialog[open]')].pop();
  const toasts = document.getElementById('toasts');
  const place = open || document.body;
  if (toasts.parentElement !== place) place.append(toasts);
  return toasts;
};

UI.toast = (text, { tone = 'good', undo = '', code = '' } = {}) => {
  const made = document.getElementById('toast-template').content.cloneNode(true).querySelector('.toast');
  made.classList.remove('good');
  made.classList.add(tone);
  made.querySelector('.grow').textContent = text;
  const icon = made.querySelector('use');
  icon.setAttribute('href', icon.getAttribute('href').replace(/#.*/, '#' + { good: 'circle-check', bad: 'circle-x', info: 'info' }[tone]));
  if (undo) {
    const button = document.getElementById('undo-template').content.cloneNode(true).firstElementChild;
    if (typeof undo === 'string') button.setAttribute('hx-post', undo);
    else button.addEventListener('click', undo);
    button.addEventListener('click', () => setTimeout(() => made.remove(), 50));
    made.querySelector('.grow').after(button);
  }
  if (code) made.dataset.copy = code;
  box().append(made);
  window.htmx?.process(made);
  watch(made);
  return made;
};

// The same keys as anywhere: the latest thing that can be taken back, unless something is being typed.
addEventListener('keydown', (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key.toLowerCase() !== 'z' || event.defaultPrevented || UI.inField(event.target)) return;
  const button = [...document.querySelectorAll('#toasts [data-seconds]')].pop()?.closest('button');
  if (button) { event.preventDefault(); button.click(); }
});

UI.actions['toast-close'] = (button) => button.closest('.toast').remove();
UI.onLoad((at) => { if (at === document.body) document.querySelectorAll('#toasts .toast').forEach(watch); });
addEventListener('tiji:toast', (event) => {
  const { message, value, ...rest } = event.detail;
  UI.toast(message || value, rest);
});
