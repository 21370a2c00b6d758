using System.Diagnostics.Metrics;

namespace Sidecar.Metrics;

/// <summary>Counts and times the operations on components and the jobs, under daprd's names and labels.</summary>
internal static class ComponentMeter
{
    private static readonly Counter<long> Outputs = SidecarMeter.Meter.CreateCounter<long>(
        "dapr_component_output_binding_count",
        description: "The number of operations invoked on the output binding component."
    );
    private static readonly Histogram<double> OutputLatency = SidecarMeter.Meter.CreateHistogram<double>(
        "dapr_component_output_binding_latencies",
        "ms",
        "How long the output binding took."
    );
    private static readonly Counter<long> Inputs = SidecarMeter.Meter.CreateCounter<long>(
        "dapr_component_input_binding_count",
        description: "The number of incoming events from the input binding component."
    );
    private static readonly Histogram<double> InputLatency = SidecarMeter.Meter.CreateHistogram<double>(
        "dapr_component_input_binding_latencies",
        "ms",
        "How long the app took to process an event of the input binding."
    );
    private static readonly Counter<long> Configurations = SidecarMeter.Meter.CreateCounter<long>(
        "dapr_component_configuration_count",
        description: "The number of operations performed on the configuration component."
    );
    private static readonly Histogram<double> ConfigurationLatency = SidecarMeter.Meter.CreateHistogram<double>(
        "dapr_component_configuration_latencies",
        "ms",
        "How long the configuration component took."
    );
    private static readonly Counter<long> Secrets = SidecarMeter.Meter.CreateCounter<long>(
        "dapr_component_secret_count",
        description: "The number of operations performed on the secret component."
    );
    private static readonly Histogram<double> SecretLatency = SidecarMeter.Meter.CreateHistogram<double>(
        "dapr_component_secret_latencies",
        "ms",
        "How long the secret component took."
    );
    private static readonly Counter<long> Conversations = SidecarMeter.Meter.CreateCounter<long>(
        "dapr_component_conversation_count",
        description: "The number of operations performed on the conversation component."
    );
    private static readonly Histogram<double> ConversationLatency = SidecarMeter.Meter.CreateHistogram<double>(
        "dapr_component_conversation_latencies",
        "ms",
        "How long the conversation component took."
    );
    private static readonly Counter<long> Crypto = SidecarMeter.Meter.CreateCounter<long>(
        "dapr_component_crypto_count",
        description: "The number of operations performed on the crypto component."
    );
    private static readonly Histogram<double> CryptoLatency = SidecarMeter.Meter.CreateHistogram<double>(
        "dapr_component_crypto_latencies",
        "ms",
        "How long the crypto component took."
    );
    private static readonly Counter<long> Components = SidecarMeter.Meter.CreateCounter<long>(
        "dapr_runtime_component_loaded",
        description: "The number of successfully loaded components."
    );
    private static readonly Counter<long> ComponentsOpened = SidecarMeter.Meter.CreateCounter<long>(
        "dapr_runtime_component_init_total",
        description: "The number of initialized components."
    );
    private static readonly Counter<long> Ingress = SidecarMeter.Meter.CreateCounter<long>(
        "dapr_component_pubsub_ingress_count",
        description: "The number of incoming messages from the pub/sub component."
    );
    private static readonly Histogram<double> IngressLatency = SidecarMeter.Meter.CreateHistogram<double>(
        "dapr_component_pubsub_ingress_latencies",
        "ms",
        "How long the app took to process a message."
    );
    private static readonly Counter<long> Egress = SidecarMeter.Meter.CreateCounter<long>(
        "dapr_component_pubsub_egress_count",
        description: "The number of outgoing messages published to the pub/sub component."
    );
    private static readonly Histogram<double> EgressLatency = SidecarMeter.Meter.CreateHistogram<double>(
        "dapr_component_pubsub_egress_latencies",
        "ms",
        "How long the component took to publish."
    );
    private static readonly Counter<long> BulkIngress = SidecarMeter.Meter.CreateCounter<long>(
        "dapr_component_pubsub_ingress_bulk_count",
        description: "The number of incoming bulk messages from the pub/sub component."
    );
    private static readonly Counter<long> BulkIngressEvents = SidecarMeter.Meter.CreateCounter<long>(
        "dapr_component_pubsub_ingress_bulk_event_count",
        description: "The number of events in incoming bulk messages."
    );
    private static readonly Histogram<double> BulkIngressLatency = SidecarMeter.Meter.CreateHistogram<double>(
        "dapr_component_pubsub_ingress_bulk_latencies",
        "ms",
        "How long the app took to process a bulk message."
    );
    private static readonly Counter<long> BulkEgress = SidecarMeter.Meter.CreateCounter<long>(
        "dapr_component_pubsub_egress_bulk_count",
        description: "The number of bulk messages published to the pub/sub component."
    );
    private static readonly Histogram<double> BulkEgressLatency = SidecarMeter.Meter.CreateHistogram<double>(
        "dapr_component_pubsub_egress_bulk_latencies",
        "ms",
        "How long the component took to publish a bulk message."
    );
    private static readonly Counter<long> State = SidecarMeter.Meter.CreateCounter<long>(
        "dapr_component_state_count",
        description: "The number of operations performed on the state component."
    );
    private static readonly Histogram<double> StateLatency = SidecarMeter.Meter.CreateHistogram<double>(
        "dapr_component_state_latencies",
        "ms",
        "How long the state component took."
    );
    private static readonly Counter<long> JobsDone = SidecarMeter.Meter.CreateCounter<long>(
        "dapr_component_job_success_count",
        description: "The number of jobs the app has taken."
    );
    private static readonly Counter<long> JobsFailed = SidecarMeter.Meter.CreateCounter<long>(
        "dapr_component_job_failure_count",
        description: "The number of jobs the app has failed."
    );
    private static readonly Histogram<double> JobLatency = SidecarMeter.Meter.CreateHistogram<double>(
        "dapr_component_job_latencies",
        "ms",
        "How long the app took for a job."
    );

    /// <param name="took">Null if the app was not called.</param>
    public static void Delivered(string app, string component, string topic, string outcome, string status, TimeSpan? took)
    {
        KeyValuePair<string, object?>[] tags =
        [
            new("app_id", app),
            new("component", component),
            new("namespace", ""),
            new("process_status", outcome),
            new("status", status),
            new("topic", topic),
        ];
        Ingress.Add(1, tags);
        if (took is { } elapsed)
        {
            IngressLatency.Record(elapsed.TotalMilliseconds, tags);
        }
    }

    /// <summary>Counts one bulk message with the status of each of its events.</summary>
    /// <remarks>daprd 1.18.3 writes this text as the component, whatever the component is called.</remarks>
    public static void DeliveredInBulk(string app, string topic, IEnumerable<string> statuses, TimeSpan took)
    {
        KeyValuePair<string, object?>[] Tags(string status) =>
            [new("app_id", app), new("component", "pubsubName"), new("namespace", ""), new("process_status", status), new("topic", topic)];
        BulkIngress.Add(1, Tags(""));
        BulkIngressLatency.Record(took.TotalMilliseconds, Tags(""));
        foreach (var status in statuses.CountBy(status => status))
        {
            BulkIngressEvents.Add(status.Value, Tags(status.Key));
        }
    }

    public static void PublishedInBulk(string app, string component, string topic, bool succeeded, TimeSpan took)
    {
        KeyValuePair<string, object?>[] tags =
        [
            new("app_id", app),
            new("component", component),
            new("namespace", ""),
            new("success", SidecarMeter.Text(succeeded)),
            new("topic", topic),
        ];
        BulkEgress.Add(1, tags);
        BulkEgressLatency.Record(took.TotalMilliseconds, tags);
    }

    public static void Published(string app, string component, string topic, bool succeeded, TimeSpan took)
    {
        Egress.Add(
            1,
            [
                new("app_id", app),
                new("component", component),
                new("namespace", ""),
                new("success", SidecarMeter.Text(succeeded)),
                new("topic", topic),
            ]
        );
        EgressLatency.Record(
            took.TotalMilliseconds,
            [
                new("app_id", app),
                new("component", component),
                new("namespace", ""),
                new("success", SidecarMeter.Text(succeeded)),
                new("topic", topic),
            ]
        );
    }

    public static void Stored(string app, string component, string operation, bool succeeded, TimeSpan took) =>
        Operation(State, StateLatency, app, component, operation, succeeded, took);

    public static void OutputBound(string app, string component, string operation, bool succeeded, TimeSpan took) =>
        Operation(Outputs, OutputLatency, app, component, operation, succeeded, took);

    public static void ConfigurationDone(string app, string component, string operation, bool succeeded, TimeSpan took) =>
        Operation(Configurations, ConfigurationLatency, app, component, operation, succeeded, took);

    public static void SecretRead(string app, string component, string operation, bool succeeded, TimeSpan took) =>
        Operation(Secrets, SecretLatency, app, component, operation, succeeded, took);

    public static void CryptoDone(string app, string component, string operation, bool succeeded, TimeSpan took) =>
        Operation(Crypto, CryptoLatency, app, component, operation, succeeded, took);

    public static void Conversed(string app, string component, bool succeeded, TimeSpan took)
    {
        Conversations.Add(
            1,
            [new("app_id", app), new("component", component), new("namespace", ""), new("success", SidecarMeter.Text(succeeded))]
        );
        ConversationLatency.Record(
            took.TotalMilliseconds,
            [new("app_id", app), new("component", component), new("namespace", ""), new("success", SidecarMeter.Text(succeeded))]
        );
    }

    public static void InputBound(string app, string component, bool succeeded, TimeSpan took)
    {
        Inputs.Add(
            1,
            [new("app_id", app), new("component", component), new("namespace", ""), new("success", SidecarMeter.Text(succeeded))]
        );
        InputLatency.Record(
            took.TotalMilliseconds,
            [new("app_id", app), new("component", component), new("namespace", ""), new("success", SidecarMeter.Text(succeeded))]
        );
    }

    public static void Loaded(string app, string type)
    {
        Components.Add(1, new KeyValuePair<string, object?>("app_id", app));
        ComponentsOpened.Add(1, new("app_id", app), new KeyValuePair<string, object?>("component", type));
    }

    public static void Job(string app, bool succeeded, TimeSpan took)
    {
        (succeeded ? JobsDone : JobsFailed).Add(1, new("app_id", app), new("namespace", ""), new("operation", "job_trigger_op"));
        JobLatency.Record(
            took.TotalMilliseconds,
            [new("app_id", app), new("namespace", ""), new("operation", "job_trigger_op"), new("success", SidecarMeter.Text(succeeded))]
        );
    }

    private static void Operation(
        Counter<long> count,
        Histogram<double> latency,
        string app,
        string component,
        string operation,
        bool succeeded,
        TimeSpan took
    )
    {
        count.Add(
            1,
            [
                new("app_id", app),
                new("component", component),
                new("namespace", ""),
                new("operation", operation),
                new("success", SidecarMeter.Text(succeeded)),
            ]
        );
        latency.Record(
            took.TotalMilliseconds,
            [
                new("app_id", app),
                new("component", component),
                new("namespace", ""),
                new("operation", operation),
                new("success", SidecarMeter.Text(succeeded)),
            ]
        );
    }
}
