using System.Text.Json.Nodes;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Failures;
using Sidecar.Http;
using Sidecar.Jobs;

namespace Sidecar.Api.Http;

/// <summary>Jobs over HTTP. Source: Dapr docs, "Jobs API reference". Bodies are the gRPC messages as JSON, with data of any JSON.</summary>
internal static class JobEndpoints
{
    private static readonly FieldDescriptor Overwrite = ScheduleJobRequest.Descriptor.FindFieldByNumber(
        ScheduleJobRequest.OverwriteFieldNumber
    );

    public static void MapJobs(this IEndpointRouteBuilder routes)
    {
        foreach (var version in (string[])["/v1.0", "/v1.0-alpha1"])
        {
            routes.MapPost(version + "/jobs/{name}", ScheduleAsync);
            routes.MapGet(version + "/jobs/{name}", GetAsync);
            routes.MapDelete(version + "/jobs/{name}", DeleteAsync);
        }
    }

    private static async Task ScheduleAsync(HttpContext context)
    {
        var (job, overwrite) = Read(await context.Request.BodyAsync(DaprErrors.BodyUnread));
        if (job.Name.Length > 0)
        {
            throw new JobErrors(context.Sidecar().Options.AppId).NameTwice();
        }
        job.Name = context.Route("name").Trim();
        await context.Sidecar().Blocks.Jobs.ScheduleAsync(job, overwrite, context.RequestAborted);
        context.Response.StatusCode = 204;
    }

    private static async Task GetAsync(HttpContext context)
    {
        var job = await context.Sidecar().Blocks.Jobs.GetAsync(context.Route("name"), context.RequestAborted);
        if (job.Data is { TypeUrl: "", Value.IsEmpty: true })
        {
            // Go writes an Any without a type as an empty object; Google's formatter for .NET refuses it.
            job.Data = null;
            var json = ProtoBody.Json(job);
            json["data"] = new JsonObject();
            await ProtoBody.WriteAsync(context, json);
            return;
        }
        if (job.Data is { } data)
        {
            ProtoBody.DemandKnown(data);
        }
        await ProtoBody.WriteAsync(context, job);
    }

    private static async Task DeleteAsync(HttpContext context)
    {
        await context.Sidecar().Blocks.Jobs.DeleteAsync(context.Route("name"), context.RequestAborted);
        context.Response.StatusCode = 204;
    }

    private static Value Data(JsonNode? data)
    {
        try
        {
            return JsonParser.Default.Parse<Value>(data?.ToJsonString() ?? "null");
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException or InvalidOperationException)
        {
            throw DaprErrors.MalformedBody(e.Message);
        }
    }

    private static (Job Job, bool Overwrite) Read(byte[] body)
    {
        var job = ProtoBody.Parse<Job>(body, out var json, Overwrite, "data");
        if (json.TryGetPropertyValue("data", out var data))
        {
            job.Data = Any.Pack(Data(data));
        }
        return (job, json["overwrite"] is JsonValue overwrite && overwrite.TryGetValue<bool>(out var replace) && replace);
    }
}
