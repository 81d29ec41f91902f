// What the reference does in the browser: find, copy, show where one is, fold the menu on a phone. The page reads well without
// it. It must never write markup: the page's policy forbids that.

const nav = document.getElementById('nav');
const menu = document.getElementById('menu');
const filter = document.getElementById('filter');
const found = document.getElementById('found');
const groups = [...nav.querySelectorAll('details')];
const entries = [...nav.querySelectorAll('li[data-words]')];
let opened = new Set();

document.documentElement.classList.add('scripted');
menu.hidden = false;
nav.querySelector('.find').hidden = false;

function showMenu(shown) {
  menu.setAttribute('aria-expanded', String(shown));
  document.documentElement.classList.toggle('menu-open', shown);
}
menu.addEventListener('click', () => {
  const shown = menu.getAttribute('aria-expanded') !== 'true';
  showMenu(shown);
  if (shown) filter.focus();
});
nav.addEventListener('click', (event) => {
  if (event.target.closest('a')) showMenu(false);
});

function find() {
  const wanted = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length > 0 && !nav.classList.contains('finding')) opened = new Set(groups.filter((group) => group.open));
  nav.classList.toggle('finding', wanted.length > 0);
  let count = 0;
  for (const entry of entries) {
    entry.hidden = !wanted.every((word) => entry.dataset.words.includes(word));
    if (!entry.hidden) count += 1;
  }
  for (const group of groups) {
    group.hidden = !group.querySelector('li:not([hidden])');
    group.open = wanted.length > 0 ? !group.hidden : opened.has(group);
  }
  for (const heading of nav.querySelectorAll('h2')) heading.hidden = wanted.length > 0;
  found.textContent = wanted.length === 0 ? '' : count === 0 ? 'Nothing found' : `${count} found`;
}
filter.addEventListener('input', find);
filter.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') {
    filter.value = '';
    find();
    if (menu.getAttribute('aria-expanded') === 'true') menu.focus();
    showMenu(false);
  }
  if (event.key === 'Enter') nav.querySelector('li[data-words]:not([hidden]) a')?.click();
});
document.addEventListener('keydown', (event) => {
  const typing = event.target.closest?.('input, textarea');
  if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  if (getComputedStyle(menu).display !== 'none') showMenu(true);
  filter.focus();
});

for (const button of document.querySelectorAll('button.copy')) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    const listing = button.closest('figure').querySelector('pre');
    try {
      await navigator.clipboard.writeText(listing.textContent);
      button.textContent = 'Copied';
    } catch {
      // Without https a browser gives no clipboard: select it, so that one key copies.
      getSelection().selectAllChildren(listing);
      button.textContent = 'Selected';
    }
    setTimeout(() => {
      button.textContent = 'Copy';
    }, 1500);
  });
}

const links = new Map(entries.map((entry) => [entry.querySelector('a').hash.slice(1), entry.querySelector('a')]));
let current;
function markCurrent(link) {
  if (!link || link === current) return;
  current?.removeAttribute('aria-current');
  current = link;
  link.setAttribute('aria-current', 'true');
  if (nav.classList.contains('finding')) return;
  const group = link.closest('details');
  for (const other of groups) other.open = other === group;
  const [top, height] = [link.getBoundingClientRect().top, nav.clientHeight];
  if (top < 80 || top > height) nav.scrollTop += top - height / 2;
}
const seen = new IntersectionObserver(
  (changes) => {
    for (const change of changes) if (change.isIntersecting) markCurrent(links.get(change.target.id));
  },
  { rootMargin: '-15% 0px -80% 0px' },
);
for (const id of links.keys()) {
  const target = document.getElementById(id);
  if (target) seen.observe(target);
}
