export default function AlertStory({ id }: { id: string }) {
  return <>{id}</>;
}
