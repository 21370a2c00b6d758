using System.Text.Encodings.Web;
using System.Text.Json;
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
    private static readonly JsonParser Json = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    /// <summary>The message types, besides JSON, that a job's data may have with a JSON form.</summary>
    private static readonly JsonFormatter Formatter = new(
        JsonFormatter.Settings.Default.WithTypeRegistry(
            TypeRegistry.FromMessages(
                Value.Descriptor,
                Struct.Descriptor,
                StringValue.Descriptor,
                BytesValue.Descriptor,
                BoolValue.Descriptor,
                Int32Value.Descriptor,
                Int64Value.Descriptor,
                DoubleValue.Descriptor
            )
        )
    );

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

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
        var (job, overwrite) = Read(await context.Request.BodyAsync());
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
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(
            JsonSerializer.SerializeToUtf8Bytes(JsonNode.Parse(Formatter.Format(job)), Readable),
            context.RequestAborted
        );
    }

    private static async Task DeleteAsync(HttpContext context)
    {
        await context.Sidecar().Blocks.Jobs.DeleteAsync(context.Route("name"), context.RequestAborted);
        context.Response.StatusCode = 204;
    }

    private static (Job Job, bool Overwrite) Read(byte[] body)
    {
        try
        {
            var json =
                body.Length == 0
                    ? []
                    : JsonNode.Parse(body) as JsonObject ?? throw new FormatException("unexpected token, expected an object");
            json.Remove("data", out var data);
            json.Remove("overwrite", out var overwrite);
            var job = Json.Parse<Job>(json.ToJsonString());
            if (data is not null)
            {
                job.Data = Any.Pack(Json.Parse<Value>(data.ToJsonString()));
            }
            return (job, overwrite?.GetValue<bool>() ?? false);
        }
        catch (Exception e)
            when (e
                    is InvalidProtocolBufferException
                        or InvalidJsonException
                        or JsonException
                        or FormatException
                        or InvalidOperationException
            )
        {
            throw DaprErrors.MalformedBody(e.Message);
        }
    }
}
