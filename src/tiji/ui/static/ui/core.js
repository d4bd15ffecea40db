// What every page and module leans on: window.UI, swaps by htmx, theme switch, refusals of disabled controls.
const UI = (window.UI = window.UI || {});
const root = document.documentElement;

UI.css = (name) => getComputedStyle(root).getPropertyValue(name).trim();
UI.text = (key) => document.body.dataset['text' + key[0].toUpperCase() + key.slice(1)] || '';
UI.inField = (target) => target.closest?.('input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable=true]');

// Said to readers of the screen; the text is set after a moment so that the same words are said again.
UI.say = (text) => {
  const live = document.getElementById('live');
  if (live) { live.textContent = ''; setTimeout(() => { live.textContent = text; }, 60); }
};

// Called for the page and for everything htmx puts into it.
const loaders = [];
UI.onLoad = (run) => { loaders.push(run); if (document.readyState !== 'loading') run(document.body); };
addEventListener('DOMContentLoaded', () => loaders.forEach((run) => run(document.body)), { once: true });
addEventListener('htmx:load', (event) => { if (event.detail.elt !== document.body) loaders.forEach((run) => run(event.detail.elt)); });

UI.post = (url, data) => {
  const token = JSON.parse(document.body.getAttribute('hx-headers') || '{}')['X-CSRFToken'];
  return fetch(url, { method: 'POST', body: new URLSearchParams(data), headers: { 'X-CSRFToken': token || '' } });
};

const actions = {
  theme() {
    root.dataset.theme = root.dataset.themeChoice = root.dataset.theme === 'dark' ? 'light' : 'dark';
    document.body.dispatchEvent(new CustomEvent('tiji:theme'));
    UI.post(document.body.dataset.urlPreferences, { theme: root.dataset.theme, quiet: 1 }).catch(() => {});
  },
  back() { history.back(); },
  reload() { location.reload(); },
  print() { print(); },
};
UI.actions = actions;

addEventListener('click', (event) => {
  const refused = event.target.closest('[aria-disabled="true"]');
  if (refused) {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (refused.title) UI.toast?.(refused.title, { tone: 'info' });
    return;
  }
  const acting = event.target.closest('[data-act]');
  if (acting && actions[acting.dataset.act]) actions[acting.dataset.act](acting, event);
  const copied = event.target.closest('[data-copy]');
  if (copied) navigator.clipboard?.writeText(copied.dataset.copy).then(() => UI.toast?.(UI.text('copied'), { tone: 'info' }));
}, true);

// htmx: a hairline while it waits longer than a blink, the pressed button busy, what failed said in a message.
let waiting = 0;
const progress = () => document.getElementById('progress')?.classList.toggle('on', waiting > 0);
addEventListener('htmx:beforeRequest', () => { waiting += 1; setTimeout(progress, 300); });
addEventListener('htmx:afterRequest', () => { waiting = Math.max(0, waiting - 1); progress(); });
addEventListener('htmx:responseError', (event) => {
  if (!event.detail.xhr.getResponseHeader('HX-Trigger')) UI.toast?.(UI.text('failed'), { tone: 'bad', code: event.detail.xhr.getResponseHeader('X-Request-ID') });
});
addEventListener('htmx:sendError', () => UI.toast?.(UI.text('offline'), { tone: 'bad' }));
const firstWrong = (at) => at.querySelector('[aria-invalid=true] input, input[aria-invalid=true], select[aria-invalid=true], textarea[aria-invalid=true], form [role=alert]')?.focus();
addEventListener('htmx:afterSwap', (event) => { if (event.detail.xhr?.status === 422) firstWrong(event.detail.target); });
UI.onLoad((at) => { if (at === document.body && performance.getEntriesByType('navigation')[0]?.responseStatus === 422) firstWrong(at); });

const offline = () => { const note = document.getElementById('offline'); if (note) note.hidden = navigator.onLine; };
addEventListener('online', offline);
addEventListener('offline', offline);
UI.onLoad((at) => { if (at === document.body) offline(); });
