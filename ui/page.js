/* What the page does without the server: the drawer, the dialog, light and dark, and showing a new turn. */
(() => {
  const root = () => document.body;
  const byId = (id) => document.getElementById(id);
  let opener = null;

  const drawerOpen = () => byId('drawer')?.hasAttribute('data-open');
  const drawer = (open) => {
    const panel = byId('drawer');
    if (!panel) return;
    panel.toggleAttribute('data-open', open);
    for (const [name, value] of [['role', 'dialog'], ['aria-label', 'Saved pieces'], ['tabindex', '-1']]) panel.setAttribute(name, value);
    if (open) panel.focus(); else opener?.focus();
  };
  const dark = (on) => { root().classList.toggle('dark', on); localStorage.setItem('stylist-dark', on ? '1' : '0'); };

  const actions = {
    'drawer': () => drawer(!drawerOpen()),
    'close-drawer': () => drawer(false),
    'ask-forget': () => byId('forget')?.showModal(),
    'keep': () => byId('forget')?.close(),
    'theme': () => dark(!root().classList.contains('dark')),
  };

  document.addEventListener('click', (event) => {
    const from = event.target.closest('[data-ui]');
    if (from) { opener = from; actions[from.dataset.ui]?.(); return; }
    if (event.target.closest('[data-do="forget"]')) byId('forget')?.close();
    const picture = event.target.closest('.card .pic');
    if (picture) picture.closest('.card').querySelector('details.more')?.toggleAttribute('open');
    const heart = event.target.closest('.heart');
    if (heart) heart.setAttribute('aria-pressed', heart.getAttribute('aria-pressed') !== 'true');
    if (drawerOpen() &&
        (!event.target.closest('#drawer') || event.target.closest('[data-do="like"]'))) drawer(false);
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && drawerOpen()) drawer(false);
    if (event.key === '/' && !event.target.closest('input, textarea, select')) {
      event.preventDefault();
      document.querySelector('#box textarea')?.focus();
    }
  });

  /* A broken picture shows its placeholder, not a torn icon. */
  document.addEventListener('error', (event) => {
    if (event.target.matches?.('.pic img')) event.target.closest('.pic').classList.add('none');
  }, true);

  /* A new turn scrolls to its own beginning; a turn at work to its step. */
  let newest = null;
  const follow = () => {
    const turn = document.querySelector('#live .working, #live .notice') ?? document.querySelector('#feed .turn.newest');
    const key = turn ? (turn.id || turn.className) : null;
    if (turn && key !== newest) {
      const calm = matchMedia('(prefers-reduced-motion: reduce)').matches || newest === null;
      turn.scrollIntoView({behavior: calm ? 'auto' : 'smooth', block: 'start'});
    }
    newest = key;
  };
  const start = () => {
    const stored = localStorage.getItem('stylist-dark');
    if (stored !== null) root().classList.toggle('dark', stored === '1');
    document.documentElement.lang = 'en';
    new MutationObserver(() => requestAnimationFrame(follow)).observe(root(), {childList: true, subtree: true});
  };
  if (document.body) start(); else document.addEventListener('DOMContentLoaded', start);
})();
