/**
 * What the page does beyond what links do: the edges of a resource stand out, Escape closes what is open, the picture can be enlarged and
 * moved, and resources are found by a word. Without it the page has the same content.
 */
export const SCRIPT = `'use strict';
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const nodes = all('a.node');
  const pictures = all('svg.picture');

  const nodeOf = (element) => element instanceof Element ? element.closest('a.node') : null;
  const show = (node) => {
    for (const picture of pictures) {
      const active = node !== null && picture.contains(node);
      const id = active ? node.dataset.id : '';
      const edges = active ? all('.edge', picture).filter(({ dataset }) => dataset.from === id || dataset.to === id) : [];
      const ends = new Set(edges.flatMap(({ dataset }) => [dataset.from, dataset.to]));
      picture.classList.toggle('active', edges.length > 0);
      all('.edge', picture).forEach((edge) => edge.classList.toggle('on', edges.includes(edge)));
      all('a.node', picture).forEach((each) => each.classList.toggle('on', ends.has(each.dataset.id)));
    }
  };
  const opened = () => document.querySelector('.about-node:target');
  const openedNode = () => nodes.find((node) => node.getAttribute('href') === location.hash) ?? null;
  const over = (event) => show(nodeOf(event.target) ?? openedNode());
  for (const picture of pictures) {
    picture.addEventListener('mouseover', over);
    picture.addEventListener('mouseleave', () => show(openedNode()));
    picture.addEventListener('focusin', over);
    picture.addEventListener('focusout', () => show(openedNode()));
  }

  let from = null;
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[href^="#about_"]') : null;
    if (link && !link.closest('.about-node')) from = link;
    else if (!link && opened() && !event.target.closest('.about-node, .tools')) location.hash = '#closed';
  });
  addEventListener('hashchange', () => {
    const panel = opened();
    if (panel) panel.focus({ preventScroll: true });
    else if (from) from.focus({ preventScroll: true });
    show(openedNode());
  });
  addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    if (document.activeElement === find && find.value !== '') { find.value = ''; filter(); } else if (opened()) location.hash = '#closed';
  });

  let zoom = 1;
  const resize = () => {
    for (const picture of pictures) {
      const { width } = picture.viewBox.baseVal;
      picture.classList.toggle('zoomed', zoom !== 1);
      picture.style.width = zoom === 1 ? '' : Math.round(zoom * Math.min(width, picture.parentElement.clientWidth - 40)) + 'px';
    }
  };
  for (const button of all('button[data-zoom]')) {
    button.addEventListener('click', () => {
      const factor = Number(button.dataset.zoom);
      zoom = factor === 0 ? 1 : Math.min(6, Math.max(0.4, zoom * factor));
      resize();
    });
  }
  for (const canvas of all('.canvas')) {
    let grip = null;
    canvas.addEventListener('pointerdown', (event) => {
      if (event.pointerType !== 'mouse' || event.button !== 0 || nodeOf(event.target) || canvas.scrollWidth <= canvas.clientWidth) return;
      grip = { x: event.clientX, left: canvas.scrollLeft };
      canvas.setPointerCapture(event.pointerId);
      canvas.classList.add('panning');
    });
    canvas.addEventListener('pointermove', (event) => { if (grip) canvas.scrollLeft = grip.left + grip.x - event.clientX; });
    const release = () => { grip = null; canvas.classList.remove('panning'); };
    canvas.addEventListener('pointerup', release);
    canvas.addEventListener('pointercancel', release);
  }

  const find = document.getElementById('find');
  const count = document.getElementById('found');
  const rows = all('tr[data-words]');
  const filter = () => {
    const words = find.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const matches = (text) => words.every((word) => text.toLowerCase().includes(word));
    nodes.forEach((node) => node.classList.toggle('dim', words.length > 0 && !matches(node.getAttribute('aria-label'))));
    rows.forEach((row) => { row.hidden = !matches(row.dataset.words); });
    count.textContent = words.length > 0 ? rows.filter((row) => !row.hidden).length + ' found' : '';
  };
  find.addEventListener('input', filter);
  all('.tools').forEach((tools) => { tools.hidden = false; });
  show(openedNode());
})();
`;
