using Sidecar.Failures;
using Sidecar.Invocation;

namespace Sidecar.Api.Http;

/// <summary>Names a call of the HTTP API without the keys and ids in its path. Source: the names of Dapr's gRPC methods.</summary>
internal static class ApiNames
{
    public static string Of(HttpContext context)
    {
        var parts = (context.Request.Path.Value ?? "").Trim('/').Split('/');
        return
            parts is [['v', '1', '.', '0', ..], var block, ..]
            && block != "invoke"
            && Api(context.Request.Method, block, parts[2..]) is { } name
            ? name
            : Invocation(context);
    }

    private static string? Api(string verb, string block, string[] rest) =>
        (block, verb, rest) switch
        {
            ("state", "GET", [_, _]) => "GetState",
            ("state", "DELETE", [_, _]) => "DeleteState",
            ("state", _, [_]) => "SaveState",
            ("state", _, [_, "bulk"]) => "GetBulkState",
            ("state", _, [_, "transaction"]) => "ExecuteStateTransaction",
            ("state", _, [_, "query"]) => "QueryStateAlpha1",
            ("publish", _, ["bulk", _, _, ..]) => "BulkPublishEvent",
            ("publish", _, [_, _, ..]) => "PublishEvent",
            ("bindings", _, [_]) => "InvokeBinding",
            ("secrets", "GET", [_, "bulk"]) => "GetBulkSecret",
            ("secrets", "GET", [_, _]) => "GetSecret",
            ("configuration", "GET", [_]) => "GetConfiguration",
            ("configuration", "GET", [_, "subscribe"]) => "SubscribeConfiguration",
            ("configuration", "GET", [_, _, "unsubscribe"]) => "UnsubscribeConfiguration",
            ("lock", _, [_]) => "TryLock",
            ("unlock", _, [_]) => "Unlock",
            ("crypto", "PUT", [_, "encrypt"]) => "Encrypt",
            ("crypto", "PUT", [_, "decrypt"]) => "Decrypt",
            ("conversation", "POST", [_, "converse"]) => "Converse",
            ("jobs", "GET", [_]) => "GetJob",
            ("jobs", "DELETE", [_]) => "DeleteJob",
            ("jobs", _, [_]) => "ScheduleJob",
            ("metadata", "PUT", [_]) => "PutMetadata",
            ("metadata", _, []) => "GetMetadata",
            ("healthz", _, []) => "Healthz",
            ("healthz", _, ["outbound"]) => "HealthzOutbound",
            ("shutdown", _, []) => "Shutdown",
            ("actors", _, [var type, var id, .. var part]) => Actor(verb, $"{type}.{id}", part),
            ("workflows", "GET", [_, _]) => "GetWorkflow",
            ("workflows", _, [_, _, "raiseEvent", _]) => "RaiseEventWorkflow",
            ("workflows", _, [_, _, ("start" or "pause" or "resume" or "terminate" or "purge") and var what]) =>
                $"{char.ToUpperInvariant(what[0])}{what[1..]}Workflow",
            _ => null,
        };

    private static string? Actor(string verb, string actor, string[] part) =>
        (part, verb) switch
        {
            (["method", _], _) => $"InvokeActor/{actor}",
            (["state"], _) => "ExecuteActorStateTransaction",
            (["state", _], _) => "GetActorState",
            (["reminders", _], "GET") => "GetActorReminder",
            (["reminders", _], "DELETE") => "UnregisterActorReminder",
            (["reminders", _], _) => "RegisterActorReminder",
            (["timers", _], "DELETE") => "UnregisterActorTimer",
            (["timers", _], _) => "RegisterActorTimer",
            _ => null,
        };

    private static string Invocation(HttpContext context)
    {
        try
        {
            return MethodPath.Find(context) is { } target ? $"InvokeService/{target.Id}" : "InvokeService";
        }
        catch (DaprException)
        {
            return "InvokeService"; // refused for its path, which the answer contains
        }
    }
}
