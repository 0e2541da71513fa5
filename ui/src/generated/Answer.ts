export type Answer = {
  question: string;
  good: boolean;
  sentence: string;
  proof: string;
  action: string | null;
};
