/** Short facts in one line. Each is isolated: beside Urdu, a Latin name would pull a neighbour's number to itself. */
export function Dotted({ parts }: { parts: readonly (string | null | undefined)[] }) {
  return (
    <>
      {parts.filter(Boolean).map((part, index) => (
        <span key={`${String(index)}${part ?? ''}`}>
          {index > 0 && ' · '}
          <bdi>{part}</bdi>
        </span>
      ))}
    </>
  );
}
