import { renderChart } from './trials/quota/chart.js';

const row = { client: 'p-queue', own: false, used: 0.7, refusedShare: 0.004, lostShare: 0 };

describe('renderChart', () => {
  const svg = renderChart([
    { title: 'a < b & c', rows: [{ ...row, own: true, client: 'own', used: 0.98 }, row] },
    { title: 'second', rows: [{ ...row, lostShare: 0.22, refusedShare: 1.5 }] },
  ]);

  it('has a bar for what is used, in proportion', () => {
    expect(svg).toContain('width="156.8" height="10" rx="1" class="own"/>');
    expect(svg).toContain('width="112" height="10" rx="1"/>');
  });

  it('tells hardly anything from nothing, and marks what is lost', () => {
    expect(svg).toContain('>0.4%<');
    expect(svg).toContain('class="end">0<');
    expect(svg).toContain('class="lost end">22%<');
  });

  it('fades what was used by a client that lost items', () => {
    expect(svg).toContain('width="112" height="10" rx="1" class="faded"/>');
  });

  it('draws no bar beyond its column', () => {
    expect(svg).toContain('width="110" height="10" rx="1" class="refused"/>');
  });

  it('is well-formed and has a style for dark pages', () => {
    expect(svg).toContain('a &lt; b &amp; c');
    expect(svg.match(/<text/g)).toHaveLength(svg.match(/<\/text>/g)?.length ?? 0);
    expect(svg).toContain('prefers-color-scheme: dark');
  });
});
