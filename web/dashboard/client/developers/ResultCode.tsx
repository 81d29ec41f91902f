// How a call ended: its HTTP status, and the code of a refusal.

import { Badge } from '@mantine/core';
import { Faint } from '../parts/Bits.tsx';

const colour = (status: number) => (status < 300 ? 'green' : status < 400 ? 'blue' : status < 500 ? 'yellow' : 'red');

export const ResultCode = ({ of: status, code }: { of: number; code: string | null }) => (
  <span className="request">
    <Badge className={`status ${colour(status)}`} variant="light" color={colour(status)} radius="sm">
      {status}
    </Badge>
    {code !== null && <Faint>{code}</Faint>}
  </span>
);
