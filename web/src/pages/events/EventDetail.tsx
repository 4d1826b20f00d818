export default function EventDetail({ seq }: { seq: string }) {
  return <>{seq}</>;
}
