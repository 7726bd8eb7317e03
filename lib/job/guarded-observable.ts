import { Observable, Subscriber, type Observer, type Operator, type TeardownLogic } from 'rxjs';

type Next<T> = (value: T) => void;

/**
 * An Observable whose subscribers may throw: what their `next` throws is handed to `blame`, and they go on being told. The
 * same holds behind operators. RxJS itself would end the process from a timer, and with it the work that is being watched.
 */
// eslint-disable-next-line rxjs-x/no-subclass -- only a subclass is asked when somebody subscribes behind an operator.
export class GuardedObservable<T> extends Observable<T> {
  readonly #blame: (error: unknown) => void;

  constructor(blame: (error: unknown) => void, subscribe?: (subscriber: Subscriber<T>) => TeardownLogic) {
    super(subscribe);
    this.#blame = blame;
  }

  /** How operators make their Observable of this one. */
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the one door there is, until v8 makes another.
  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    const lifted = new GuardedObservable<R>(this.#blame);
    return Object.assign(lifted, { source: this, operator });
  }

  override subscribe(
    observer?: Partial<Observer<T>> | Next<T> | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ) {
    // Operators subscribe with a Subscriber, which takes care of itself.
    if (observer instanceof Subscriber) return super.subscribe(observer);
    const given: Partial<Observer<T>> =
      typeof observer === 'object' && observer !== null
        ? observer
        : { ...(observer && { next: observer }), ...(error && { error }), ...(complete && { complete }) };
    // eslint-disable-next-line rxjs-x/no-ignored-error -- where none is given, none is: RxJS reports it.
    return super.subscribe({
      ...(given.next && { next: (value: T) => this.#tell(given, value) }),
      ...(given.error && { error: (reason: unknown) => given.error?.(reason) }),
      ...(given.complete && { complete: () => given.complete?.() }),
    });
  }

  #tell(observer: Partial<Observer<T>>, value: T): void {
    try {
      observer.next?.(value);
    } catch (error) {
      this.#blame(error);
    }
  }
}
