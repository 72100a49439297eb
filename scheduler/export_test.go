package scheduler

// Resting tells whether Forward is at work, or waits for jobs that are, for tests that have both at once.
func (s *Scheduler) Resting() bool {
	if s.resting.TryRLock() {
		s.resting.RUnlock()
		return false
	}
	return true
}
