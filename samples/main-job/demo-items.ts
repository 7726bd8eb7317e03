import type { BatchItem } from 'openapi-batch';

const opinions = [
  ['Arrived a day early and works like a charm.', 'positive'],
  ['The handle broke off within a week.', 'negative'],
  ['It is a kettle. It boils water.', 'neutral'],
  ['My daughter will not put it down.', 'positive'],
  ['Half the screws were missing from the box.', 'negative'],
] as const;

/** Reviews the demo's server refuses for good. */
export const refusedReviews = [42, 77, 163] as const;

const reviewId = (n: number): string => `review-${String(n).padStart(3, '0')}`;

/** 200 product reviews to be judged; an explicit id each, so that a result finds its row again. */
export function* reviews(count = 200): Generator<BatchItem> {
  for (let n = 1; n <= count; n++) {
    const [text] = opinions[n % opinions.length]!;
    yield {
      itemId: reviewId(n),
      input: {
        system: 'Judge the review in one word: positive, neutral or negative.',
        prompt: `Review ${String(n)}: ${text}`,
      },
      metadata: { row: n },
    };
  }
}

/** What the demo's server answers: the judgement above. */
export function judge(prompt: string): string {
  return opinions.find(([text]) => prompt.endsWith(text))?.[1] ?? 'neutral';
}
