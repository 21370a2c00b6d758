using System.Diagnostics.Metrics;

namespace Sidecar.Metrics;

/// <summary>
/// What a sidecar counts, under daprd's names and labels. Nothing is computed unless somebody listens. The engine of workflows and the
/// policies have meters of their own. Source: Dapr docs, "Dapr metrics".
/// </summary>
internal static class SidecarMeter
{
    public const string Name = "Sidecar";

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> HttpRequests = Meter.CreateCounter<long>(
        "dapr_http_server_request_count",
        description: "Count of HTTP requests processed by the server."
    );
    private static readonly Counter<long> HttpResponses = Meter.CreateCounter<long>(
        "dapr_http_server_response_count",
        description: "The number of HTTP responses."
    );
    private static readonly Histogram<double> HttpLatency = Meter.CreateHistogram<double>(
        "dapr_http_server_latency",
        "ms",
        "HTTP request end-to-end latency in server."
    );
    private static readonly Counter<long> AppRequests = Meter.CreateCounter<long>(
        "dapr_http_client_completed_count",
        description: "Count of requests to the app that were answered."
    );
    private static readonly Histogram<double> AppLatency = Meter.CreateHistogram<double>(
        "dapr_http_client_roundtrip_latency",
        "ms",
        "Time from a request to the app to the end of its answer."
    );
    private static readonly Counter<long> Probes = Meter.CreateCounter<long>(
        "dapr_http_healthprobes_completed_count",
        description: "Count of the app's health probes that were answered."
    );
    private static readonly Histogram<double> ProbeLatency = Meter.CreateHistogram<double>(
        "dapr_http_healthprobes_roundtrip_latency",
        "ms",
        "Time from a health probe to its answer."
    );
    private static readonly Counter<long> Outputs = Meter.CreateCounter<long>(
        "dapr_component_output_binding_count",
        description: "The number of operations invoked on the output binding component."
    );
    private static readonly Histogram<double> OutputLatency = Meter.CreateHistogram<double>(
        "dapr_component_output_binding_latencies",
        "ms",
        "How long the output binding took."
    );
    private static readonly Counter<long> Inputs = Meter.CreateCounter<long>(
        "dapr_component_input_binding_count",
        description: "The number of incoming events from the input binding component."
    );
    private static readonly Histogram<double> InputLatency = Meter.CreateHistogram<double>(
        "dapr_component_input_binding_latencies",
        "ms",
        "How long the app took to process an event of the input binding."
    );
    private static readonly Counter<long> Configurations = Meter.CreateCounter<long>(
        "dapr_component_configuration_count",
        description: "The number of operations performed on the configuration component."
    );
    private static readonly Histogram<double> ConfigurationLatency = Meter.CreateHistogram<double>(
        "dapr_component_configuration_latencies",
        "ms",
        "How long the configuration component took."
    );
    private static readonly Counter<long> Secrets = Meter.CreateCounter<long>(
        "dapr_component_secret_count",
        description: "The number of operations performed on the secret component."
    );
    private static readonly Histogram<double> SecretLatency = Meter.CreateHistogram<double>(
        "dapr_component_secret_latencies",
        "ms",
        "How long the secret component took."
    );
    private static readonly Counter<long> Conversations = Meter.CreateCounter<long>(
        "dapr_component_conversation_count",
        description: "The number of operations performed on the conversation component."
    );
    private static readonly Histogram<double> ConversationLatency = Meter.CreateHistogram<double>(
        "dapr_component_conversation_latencies",
        "ms",
        "How long the conversation component took."
    );
    private static readonly Counter<long> Crypto = Meter.CreateCounter<long>(
        "dapr_component_crypto_count",
        description: "The number of operations performed on the crypto component."
    );
    private static readonly Histogram<double> CryptoLatency = Meter.CreateHistogram<double>(
        "dapr_component_crypto_latencies",
        "ms",
        "How long the crypto component took."
    );
    private static readonly Counter<long> Components = Meter.CreateCounter<long>(
        "dapr_runtime_component_loaded",
        description: "The number of successfully loaded components."
    );
    private static readonly Counter<long> ComponentsOpened = Meter.CreateCounter<long>(
        "dapr_runtime_component_init_total",
        description: "The number of initialized components."
    );
    private static readonly Counter<long> GrpcCalls = Meter.CreateCounter<long>(
        "dapr_grpc_io_server_completed_rpcs",
        description: "Count of RPCs by method and status."
    );
    private static readonly Histogram<double> GrpcLatency = Meter.CreateHistogram<double>(
        "dapr_grpc_io_server_server_latency",
        "ms",
        "Time from a call's request to its answer."
    );
    private static readonly Counter<long> InvocationsSent = Meter.CreateCounter<long>(
        "dapr_runtime_service_invocation_req_sent_total",
        description: "The number of requests sent via service invocation."
    );
    private static readonly Counter<long> InvocationsReceived = Meter.CreateCounter<long>(
        "dapr_runtime_service_invocation_req_recv_total",
        description: "The number of requests received via service invocation."
    );
    private static readonly Counter<long> Ingress = Meter.CreateCounter<long>(
        "dapr_component_pubsub_ingress_count",
        description: "The number of incoming messages from the pub/sub component."
    );
    private static readonly Histogram<double> IngressLatency = Meter.CreateHistogram<double>(
        "dapr_component_pubsub_ingress_latencies",
        "ms",
        "How long the app took to process a message."
    );
    private static readonly Counter<long> Egress = Meter.CreateCounter<long>(
        "dapr_component_pubsub_egress_count",
        description: "The number of outgoing messages published to the pub/sub component."
    );
    private static readonly Histogram<double> EgressLatency = Meter.CreateHistogram<double>(
        "dapr_component_pubsub_egress_latencies",
        "ms",
        "How long the component took to publish."
    );
    private static readonly Counter<long> State = Meter.CreateCounter<long>(
        "dapr_component_state_count",
        description: "The number of operations performed on the state component."
    );
    private static readonly Histogram<double> StateLatency = Meter.CreateHistogram<double>(
        "dapr_component_state_latencies",
        "ms",
        "How long the state component took."
    );
    private static readonly Counter<long> JobsDone = Meter.CreateCounter<long>(
        "dapr_component_job_success_count",
        description: "The number of jobs the app has taken."
    );
    private static readonly Counter<long> JobsFailed = Meter.CreateCounter<long>(
        "dapr_component_job_failure_count",
        description: "The number of jobs the app has failed."
    );
    private static readonly Histogram<double> JobLatency = Meter.CreateHistogram<double>(
        "dapr_component_job_latencies",
        "ms",
        "How long the app took for a job."
    );
    private static readonly Counter<long> Reminders = Meter.CreateCounter<long>(
        "dapr_runtime_actor_reminders_fired_total",
        description: "The number of actor reminders fired."
    );
    private static readonly Counter<long> Timers = Meter.CreateCounter<long>(
        "dapr_runtime_actor_timers_fired_total",
        description: "The number of actor timers fired."
    );
    private static readonly Counter<long> Errors = Meter.CreateCounter<long>(
        "dapr_error_code_total",
        description: "The number of errors told by the API, by code."
    );

    public static bool CountsHttp => HttpRequests.Enabled;

    public static bool CountsGrpc => GrpcCalls.Enabled;

    public static void Http(string app, string method, string path, string status, TimeSpan took, bool detailed)
    {
        HttpRequests.Add(
            1,
            new("app_id", app),
            new("method", method),
            new("path", path),
            new KeyValuePair<string, object?>("status", status)
        );
        HttpLatency.Record(
            took.TotalMilliseconds,
            new("app_id", app),
            new("method", method),
            new("path", path),
            new KeyValuePair<string, object?>("status", status)
        );
        if (detailed)
        {
            HttpResponses.Add(
                1,
                new("app_id", app),
                new("method", method),
                new("path", path),
                new KeyValuePair<string, object?>("status", status)
            );
        }
    }

    public static void Grpc(string app, string method, string status, TimeSpan took)
    {
        GrpcCalls.Add(1, new("app_id", app), new("grpc_server_method", method), new("grpc_server_status", status));
        GrpcLatency.Record(
            took.TotalMilliseconds,
            new("app_id", app),
            new("grpc_server_method", method),
            new("grpc_server_status", status)
        );
    }

    public static void Sent(string app, string target) =>
        InvocationsSent.Add(1, new("app_id", app), new("dst_app_id", target), new("type", "unary"));

    public static void Received(string app, string source) =>
        InvocationsReceived.Add(1, new("app_id", app), new KeyValuePair<string, object?>("src_app_id", source));

    public static void Delivered(string app, string component, string topic, string outcome, TimeSpan took)
    {
        var status = outcome == "success" ? "success" : "failure";
        Ingress.Add(
            1,
            [
                new("app_id", app),
                new("component", component),
                new("namespace", ""),
                new("process_status", outcome),
                new("status", status),
                new("topic", topic),
            ]
        );
        IngressLatency.Record(
            took.TotalMilliseconds,
            [
                new("app_id", app),
                new("component", component),
                new("namespace", ""),
                new("process_status", outcome),
                new("status", status),
                new("topic", topic),
            ]
        );
    }

    public static void Published(string app, string component, string topic, bool succeeded, TimeSpan took)
    {
        Egress.Add(
            1,
            [new("app_id", app), new("component", component), new("namespace", ""), new("success", Text(succeeded)), new("topic", topic)]
        );
        EgressLatency.Record(
            took.TotalMilliseconds,
            [new("app_id", app), new("component", component), new("namespace", ""), new("success", Text(succeeded)), new("topic", topic)]
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
        Conversations.Add(1, [new("app_id", app), new("component", component), new("namespace", ""), new("success", Text(succeeded))]);
        ConversationLatency.Record(
            took.TotalMilliseconds,
            [new("app_id", app), new("component", component), new("namespace", ""), new("success", Text(succeeded))]
        );
    }

    public static void InputBound(string app, string component, bool succeeded, TimeSpan took)
    {
        Inputs.Add(1, [new("app_id", app), new("component", component), new("namespace", ""), new("success", Text(succeeded))]);
        InputLatency.Record(
            took.TotalMilliseconds,
            [new("app_id", app), new("component", component), new("namespace", ""), new("success", Text(succeeded))]
        );
    }

    public static void Loaded(string app, string type)
    {
        Components.Add(1, new KeyValuePair<string, object?>("app_id", app));
        ComponentsOpened.Add(1, new("app_id", app), new KeyValuePair<string, object?>("component", type));
    }

    public static void AppAnswered(string app, string method, string path, int status, TimeSpan took)
    {
        var text = status.ToString(System.Globalization.CultureInfo.InvariantCulture);
        AppRequests.Add(1, new("app_id", app), new("method", method), new("path", path), new KeyValuePair<string, object?>("status", text));
        AppLatency.Record(
            took.TotalMilliseconds,
            new("app_id", app),
            new("method", method),
            new("path", path),
            new KeyValuePair<string, object?>("status", text)
        );
    }

    public static void Probed(string app, int status, TimeSpan took)
    {
        var text = status.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Probes.Add(1, new("app_id", app), new KeyValuePair<string, object?>("status", text));
        ProbeLatency.Record(took.TotalMilliseconds, new("app_id", app), new KeyValuePair<string, object?>("status", text));
    }

    public static void Job(string app, bool succeeded, TimeSpan took)
    {
        (succeeded ? JobsDone : JobsFailed).Add(1, new("app_id", app), new("namespace", ""), new("operation", "job_trigger_op"));
        JobLatency.Record(took.TotalMilliseconds, new("app_id", app), new("namespace", ""), new("operation", "job_trigger_op"));
    }

    public static void Reminder(string app, string type, bool succeeded) =>
        Reminders.Add(1, new("actor_type", type), new("app_id", app), new("success", Text(succeeded)));

    public static void Timer(string app, string type, bool succeeded) =>
        Timers.Add(1, new("actor_type", type), new("app_id", app), new("success", Text(succeeded)));

    public static void Error(string app, string code) =>
        Errors.Add(1, new("app_id", app), new("category", ErrorCategories.Of(code)), new("error_code", code));

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
                new("success", Text(succeeded)),
            ]
        );
        latency.Record(
            took.TotalMilliseconds,
            [
                new("app_id", app),
                new("component", component),
                new("namespace", ""),
                new("operation", operation),
                new("success", Text(succeeded)),
            ]
        );
    }

    private static string Text(bool value) => value ? "true" : "false";
}
