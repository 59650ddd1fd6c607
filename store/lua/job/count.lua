-- Adds to what workers count; what they count of a rollout, to what is kept of its alias. ARGV: name, how much, ...
even_when_full()
for i = 1, #ARGV, 2 do
  local alias, field = string.match(ARGV[i], '^rollout|([^|]+)|(.+)$')
  redis.call('HINCRBY', alias and key.rollout(alias) or key.counters, field or ARGV[i], ARGV[i + 1])
end
