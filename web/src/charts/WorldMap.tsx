// Bubbles by events on the countries of the world; the names and numbers are in the list beside it.
import { useEffect, useState } from 'react';
import { feature } from 'topojson-client';
import type { Geometry, Position } from 'geojson';
import { numericOf } from './countries';

const width = 720;
const height = 340;
const project = ([lon, lat]: Position): [number, number] => [
  ((lon! + 180) / 360) * width,
  ((84 - lat!) / 144) * height,
];

interface Shape {
  id: string;
  name: string;
  path: string;
  middle: [number, number];
}

// A ring that crosses the date line is drawn in pieces, not across the whole map.
const ringPath = (ring: Position[]) =>
  ring
    .map((p, i) => {
      const leaps = i > 0 && Math.abs(p[0]! - ring[i - 1]![0]!) > 180;
      const at = project(p).map((v) => v.toFixed(1));
      return `${i === 0 || leaps ? 'M' : 'L'}${at.join(',')}`;
    })
    .join('');

// The middle of a country's largest ring.
function middleOf(rings: Position[][]): [number, number] {
  const largest = rings.reduce((a, b) => (b.length > a.length ? b : a));
  const points = largest.map(project);
  const xs = points.map((p) => p[0]);
  const ys = points.map((p) => p[1]);
  return [(Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2];
}

function shapeOf(id: string, name: string, geometry: Geometry): Shape | undefined {
  const polygons =
    geometry.type === 'Polygon'
      ? [geometry.coordinates]
      : geometry.type === 'MultiPolygon'
        ? geometry.coordinates
        : [];
  const rings = polygons.flat();
  if (rings.length === 0) return undefined;
  return {
    id,
    name,
    path: rings.map(ringPath).join(''),
    middle: middleOf(polygons.map((p) => p[0]!)),
  };
}

async function load(): Promise<Shape[]> {
  const { default: atlas } = await import('world-atlas/countries-110m.json');
  const topology = atlas as unknown as Parameters<typeof feature>[0];
  const all = feature(topology, topology.objects.countries!);
  const list = 'features' in all ? all.features : [all];
  return list
    .filter((f) => f.id !== '010')
    .flatMap(
      (f) =>
        shapeOf(
          String(f.id),
          String((f.properties as { name?: string })?.name ?? ''),
          f.geometry,
        ) ?? [],
    );
}

export function WorldMap({ counts }: { counts: Map<string, number> }) {
  const [shapes, setShapes] = useState<Shape[]>([]);
  useEffect(() => {
    let wanted = true;
    void load().then((s) => wanted && setShapes(s));
    return () => {
      wanted = false;
    };
  }, []);
  const most = Math.max(1, ...counts.values());
  const byNumber = new Map([...counts].map(([code, n]) => [numericOf(code), { code, n }]));
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      width="100%"
      role="img"
      aria-label="Where events come from"
    >
      {shapes.map((s) => (
        <path
          key={s.id + s.name}
          d={s.path}
          fill="var(--line)"
          stroke="var(--surface)"
          strokeWidth={0.5}
        />
      ))}
      {shapes.map((s) => {
        const here = byNumber.get(s.id);
        return (
          here && (
            <circle
              key={s.id}
              cx={s.middle[0]}
              cy={s.middle[1]}
              r={3 + 15 * Math.sqrt(here.n / most)}
              fill="var(--mantine-primary-color-filled)"
              fillOpacity={0.55}
              stroke="var(--mantine-primary-color-filled)"
            >
              <title>{`${s.name}: ${here.n.toLocaleString('en-US')} events`}</title>
            </circle>
          )
        );
      })}
    </svg>
  );
}
