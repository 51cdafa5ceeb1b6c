import { Component, h, type FunctionComponent } from 'preact';

/** A component that is drawn anew only when one of its properties is another value than before. */
export function memo<P extends object>(draw: FunctionComponent<P>): FunctionComponent<P> {
  class Memo extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      const before: P = this.props;
      return (Object.keys(next) as (keyof P)[]).some((key) => next[key] !== before[key]);
    }

    override render() {
      return h(draw, this.props);
    }
  }
  return Memo as unknown as FunctionComponent<P>;
}
