export type ViewCounts = {
  all: number;
  needs_person: number;
  ai: number;
  mine: number;
  resolved: number;
  trouble: number;
  parked: number;
  held_replies: number;
};
