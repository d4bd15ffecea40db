// Before the first paint: the device decides when the user did not.
(() => {
  const root = document.documentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    const choice = root.dataset.themeChoice;
    root.dataset.theme = choice === 'auto' ? (dark.matches ? 'dark' : 'light') : choice;
  };
  apply();
  dark.addEventListener('change', () => {
    if (root.dataset.themeChoice !== 'auto') return;
    apply();
    document.body.dispatchEvent(new CustomEvent('tiji:theme'));
  });
})();
