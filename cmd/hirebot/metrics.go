package main

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/hirebot/hirebot/bot"
)

// metrics are what this process tells Prometheus. The registry is its own, so that several can live
// in one test process.
type metrics struct {
	registry *prometheus.Registry
	events   *prometheus.CounterVec
	took     *prometheus.HistogramVec
}

var _ bot.Observer = (*metrics)(nil)

// newMetrics returns metrics without those of the outbox and the database; see watch.
func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hirebot_events_total",
			Help: "Events answered, by type, command and code; an empty code is success.",
		}, []string{"type", "command", "code"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "hirebot_event_duration_seconds",
			Help: "How long events took to answer.",
			// Chat platforms wait three seconds; people notice a tenth of one.
			Buckets: []float64{.002, .005, .01, .025, .05, .1, .25, .5, 1, 1.5, 3, 10},
		}, []string{"type", "command"}),
	}
	m.registry.MustRegister(m.events, m.took, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Served counts an event. The router's labels come from the registry of commands alone.
func (m *metrics) Served(kind bot.EventType, command, code string, took time.Duration) {
	m.events.WithLabelValues(string(kind), command, code).Inc()
	m.took.WithLabelValues(string(kind), command).Observe(took.Seconds())
}

// watch adds what is read from the database at each scrape.
func (m *metrics) watch(statements func() uint64, outbox func(context.Context) (waiting, dead int64, err error), log *slog.Logger) error {
	counter := prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "hirebot_sql_statements_total",
		Help: "Statements sent to the database.",
	}, func() float64 { return float64(statements()) })
	if err := m.registry.Register(counter); err != nil {
		return err
	}
	return m.registry.Register(outboxCollector{count: outbox, log: log})
}

var outboxMessages = prometheus.NewDesc("hirebot_outbox_messages", "Messages that wait to be sent, and those given up.", []string{"state"}, nil)

// outboxCollector counts the outbox when it is asked.
type outboxCollector struct {
	count func(context.Context) (waiting, dead int64, err error)
	log   *slog.Logger
}

// Describe tells what Collect returns.
func (c outboxCollector) Describe(ch chan<- *prometheus.Desc) { ch <- outboxMessages }

// outboxTimeout bounds one count, so that a scrape ends while the database does not answer.
const outboxTimeout = 2 * time.Second

// Collect counts. Without an answer of the database the scrape lacks these figures and keeps the
// others: that is when they are needed most.
func (c outboxCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), outboxTimeout)
	defer cancel()
	waiting, dead, err := c.count(ctx)
	if err != nil {
		c.log.WarnContext(ctx, "the outbox was not counted", "err", err)
		return
	}
	ch <- prometheus.MustNewConstMetric(outboxMessages, prometheus.GaugeValue, float64(waiting), "waiting")
	ch <- prometheus.MustNewConstMetric(outboxMessages, prometheus.GaugeValue, float64(dead), "dead")
}

// handler answers /metrics.
func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 5 * time.Second})
}
