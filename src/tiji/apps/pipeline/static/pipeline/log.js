// The one-minute log: a tapped day goes into the date field. Listens on the document, since the form comes as a dialog.
addEventListener('click', (event) => {
  const tapped = event.target.closest('[data-days] [data-day]');
  if (!tapped) return;
  const days = tapped.closest('[data-days]');
  const field = days.querySelector('input[type=date]');
  field.value = tapped.dataset.day;
  days.querySelectorAll('[data-day]').forEach((one) => {
    one.classList.toggle('on', one === tapped);
    one.setAttribute('aria-pressed', String(one === tapped));
  });
  field.dispatchEvent(new Event('change', { bubbles: true }));
});
