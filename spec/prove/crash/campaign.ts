import type { Random } from '../harness/random.js';
import { cellName, type Cell } from './cell.js';
import type { FollowerHabit } from './follower.js';
import { judge, type LifeFigures } from './judge.js';
import { live, type LifeOptions } from './life.js';
import { PointCatalogue } from './point-catalogue.js';

/** One cell's lives. */
export interface Campaign {
  readonly cell: Cell;
  readonly lives: readonly LifeFigures[];
  readonly points: { readonly known: number; readonly hit: number; readonly left: readonly string[] };
  readonly complaints: readonly string[];
}

export interface CampaignOptions {
  readonly cell: Cell;
  readonly program: string;
  readonly kills: number;
  /** Goes on until every point it knows was met, or given up. */
  readonly everyPoint: boolean;
  readonly random: Random;
  readonly report: (line: string) => void;
}

const habits: readonly FollowerHabit[] = ['stays', 'comes and goes', 'comes late'];

/** Learns the points from a life without a death and one with a few, then kills until there were enough. */
export async function campaign(options: CampaignOptions): Promise<Campaign> {
  const { cell, program, kills, everyPoint, random, report } = options;
  const catalogue = new PointCatalogue();
  const lives: LifeFigures[] = [];
  const complaints: string[] = [];
  let usualMs = 0;
  const killed = (): number => lives.reduce((sum, one) => sum + one.pointKills + one.clockKills, 0);

  const next = async (own: Pick<LifeOptions, 'kills' | 'learn'>): Promise<void> => {
    const habit = habits[lives.length % habits.length]!;
    const input: LifeOptions['input'] = random.share() < 0.3 ? 'trickle' : 'array';
    const [sick, cleanUp] = [random.share() < 0.4, random.share() < 0.5];
    const life: LifeOptions = { cell, program, catalogue, random, habit, input, sick, cleanUp, usualMs, ...own };
    const figures = await live(life, (lived) => {
      complaints.push(...lived.complaints.map((text) => `${cellName(cell)}: ${text}`));
      return judge(lived, cell);
    });
    lives.push(figures);
  };

  const from = performance.now();
  await next({ kills: 0, learn: true });
  usualMs = performance.now() - from;
  if (kills > 0) await next({ kills: 1, learn: true });
  let said = 0;
  while ((killed() < kills || (everyPoint && catalogue.wanting)) && complaints.length < 3) {
    // A life with few deaths leaves room for the points of a new one.
    const most = catalogue.wantsNew ? random.between(1, 3) : random.between(4, 12);
    await next({ kills: everyPoint ? most : Math.min(most, kills - killed()), learn: false });
    if (killed() < said + 25) continue;
    said = killed();
    report(`${cellName(cell)}: ${said} kills, ${catalogue.hits} of ${catalogue.names.size} points`);
  }
  const points = { known: catalogue.names.size, hit: catalogue.hits, left: catalogue.left };
  return { cell, lives, points, complaints };
}
