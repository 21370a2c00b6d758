using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Sidecar.Metrics;

/// <summary>
/// Counts requests, invocations, actors and errors of a sidecar, under daprd's names and labels. Costs nothing unless a listener is
/// attached. <see cref="ComponentMeter"/> counts components, the workflow engine and the policies have meters of their own. Source: Dapr
/// docs, "Dapr metrics".
/// </summary>
internal static class SidecarMeter
{
    public const string Name = "Sidecar";

    public static readonly Meter Meter = new(Name);
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
    private static readonly Counter<long> InvocationAnswersSent = Meter.CreateCounter<long>(
        "dapr_runtime_service_invocation_res_sent_total",
        description: "The number of responses sent via service invocation."
    );
    private static readonly Counter<long> InvocationAnswersReceived = Meter.CreateCounter<long>(
        "dapr_runtime_service_invocation_res_recv_total",
        description: "The number of responses received via service invocation."
    );
    private static readonly Histogram<double> InvocationLatency = Meter.CreateHistogram<double>(
        "dapr_runtime_service_invocation_res_recv_latency_ms",
        "ms",
        "Time from a request via service invocation to its response."
    );
    private static readonly Counter<long> Reminders = Meter.CreateCounter<long>(
        "dapr_runtime_actor_reminders_fired_total",
        description: "The number of actor reminders fired."
    );
    private static readonly Counter<long> Timers = Meter.CreateCounter<long>(
        "dapr_runtime_actor_timers_fired_total",
        description: "The number of actor timers fired."
    );
    private static readonly Counter<long> Deactivations = Meter.CreateCounter<long>(
        "dapr_runtime_actor_deactivated_total",
        description: "The number of deactivated actors."
    );
    private static readonly Counter<long> FailedDeactivations = Meter.CreateCounter<long>(
        "dapr_runtime_actor_deactivated_failed_total",
        description: "The number of failed deactivations of actors."
    );
    private static readonly Counter<long> Errors = Meter.CreateCounter<long>(
        "dapr_error_code_total",
        description: "The number of errors returned by the API, by code."
    );

    private static readonly ConcurrentDictionary<(string App, string Type), long> SetTimers = new();

    static SidecarMeter() =>
        Meter.CreateObservableGauge(
            "dapr_runtime_actor_timers",
            () =>
                SetTimers.Select(timers => new Measurement<long>(
                    timers.Value,
                    new TagList { { "actor_type", timers.Key.Type }, { "app_id", timers.Key.App } }
                )),
            description: "The number of actor timers that are set."
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

    /// <summary>As in daprd, a call of the own app never leaves the sidecar and does not count.</summary>
    public static void Sent(string app, string target)
    {
        if (app != target)
        {
            InvocationsSent.Add(1, new("app_id", app), new("dst_app_id", target), new("type", "unary"));
        }
    }

    /// <summary>A proxied gRPC call also counts if it is for the own app.</summary>
    public static void ProxiedSent(string app, string target, bool streams) =>
        InvocationsSent.Add(1, new("app_id", app), new("dst_app_id", target), new("type", streams ? "streaming" : "unary"));

    /// <summary>A call of the own app does not count either.</summary>
    public static void Received(string app, string source)
    {
        if (app != source)
        {
            InvocationsReceived.Add(1, new("app_id", app), new KeyValuePair<string, object?>("src_app_id", source));
        }
    }

    /// <param name="status">The HTTP status, or the gRPC code of a gRPC app.</param>
    public static void AnswerSent(string app, string source, int status)
    {
        if (app != source)
        {
            var text = status.ToString(System.Globalization.CultureInfo.InvariantCulture);
            InvocationAnswersSent.Add(1, new("app_id", app), new("dst_app_id", source), new("status", text));
        }
    }

    /// <param name="status">The HTTP status, or the gRPC code of a gRPC app.</param>
    public static void AnswerReceived(string app, string target, int status, TimeSpan took)
    {
        if (app != target)
        {
            ProxiedAnswerReceived(app, target, status, took);
        }
    }

    public static void ProxiedAnswerReceived(string app, string target, int code, TimeSpan took)
    {
        var text = code.ToString(System.Globalization.CultureInfo.InvariantCulture);
        InvocationAnswersReceived.Add(
            1,
            new("app_id", app),
            new("src_app_id", target),
            new("status", text),
            new KeyValuePair<string, object?>("type", "unary")
        );
        InvocationLatency.Record(took.TotalMilliseconds, new("app_id", app), new("src_app_id", target), new("status", text));
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

    public static void Reminder(string app, string type, bool succeeded) =>
        Reminders.Add(1, new("actor_type", type), new("app_id", app), new("success", Text(succeeded)));

    public static void Timer(string app, string type, bool succeeded) =>
        Timers.Add(1, new("actor_type", type), new("app_id", app), new("success", Text(succeeded)));

    public static void TimersChanged(string app, string type, int by) => SetTimers.AddOrUpdate((app, type), by, (_, count) => count + by);

    public static void Deactivated(string app, string type, bool succeeded) =>
        (succeeded ? Deactivations : FailedDeactivations).Add(1, new("actor_type", type), new KeyValuePair<string, object?>("app_id", app));

    public static void Error(string app, string code) =>
        Errors.Add(1, new("app_id", app), new("category", ErrorCategories.Of(code)), new("error_code", code));

    public static string Text(bool value) => value ? "true" : "false";
}
