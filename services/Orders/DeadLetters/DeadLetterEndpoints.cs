using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults.Events;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Orders.DeadLetters;

internal static class DeadLetterEndpoints
{
    public static void MapDeadLetters(this IEndpointRouteBuilder routes)
    {
        var letters = routes.MapGroup("/operations/dead-letters").Admit(CallerKinds.Operators);
        letters.MapGet("/", ListAsync);
        letters.MapPost("/replay", ReplayPageAsync);
        letters.MapPost("/{id}/replay", ReplayAsync);
        letters.MapPost("/{id}/discard", DiscardAsync);
        routes.MapPost("/events/dead-letters/{app}", TakeAsync).ExcludeFromDescription().AdmitSidecar();
    }

    private static async Task<Results<Ok, StatusCodeHttpResult>> TakeAsync(
        string app,
        JsonElement envelope,
        DeadLetterService service,
        CancellationToken cancellation
    ) =>
        await service.TakeAsync(app, envelope, cancellation) == Delivery.Done
            ? TypedResults.Ok()
            : TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable);

    private static async Task<Results<Ok<DeadLetterPage>, ProblemHttpResult>> ListAsync(
        string? state,
        string? cursor,
        int? limit,
        DeadLetterService service,
        CancellationToken cancellation
    ) =>
        state switch
        {
            null or "open" => (await service.ListAsync(DeadLetterState.Open, cursor, limit, cancellation)).ToResult(View),
            "replayed" => (await service.ListAsync(DeadLetterState.Replayed, cursor, limit, cancellation)).ToResult(View),
            "discarded" => (await service.ListAsync(DeadLetterState.Discarded, cursor, limit, cancellation)).ToResult(View),
            _ => Refusal.Invalid("state-invalid", $"state must be open, replayed or discarded, not '{state}'.").ToProblem(),
        };

    private static async Task<Results<Ok<DeadLetterView>, ProblemHttpResult>> ReplayAsync(
        string id,
        HttpRequest http,
        Caller caller,
        DeadLetterService service,
        CancellationToken cancellation
    )
    {
        var note = await NoteAsync(http, cancellation);
        return note.Refusal is { } refusal
            ? refusal.ToProblem()
            : (await service.ReplayAsync(id, note.Value, caller.OperatorName, cancellation)).ToResult(letter =>
                TypedResults.Ok(View(letter))
            );
    }

    private static async Task<Results<Ok<DeadLetterView>, ProblemHttpResult>> DiscardAsync(
        string id,
        HttpRequest http,
        Caller caller,
        DeadLetterService service,
        CancellationToken cancellation
    )
    {
        var note = await NoteAsync(http, cancellation);
        if (note.Refusal is { } refusal)
        {
            return refusal.ToProblem();
        }
        return string.IsNullOrWhiteSpace(note.Value)
            ? Refusal.Invalid("note-missing", "note must say why the event is discarded.").ToProblem()
            : (await service.DiscardAsync(id, note.Value, caller.OperatorName, cancellation)).ToResult(letter =>
                TypedResults.Ok(View(letter))
            );
    }

    private static async Task<Results<Ok<ReplayedLetters>, ProblemHttpResult>> ReplayPageAsync(
        string? cursor,
        int? limit,
        HttpRequest http,
        Caller caller,
        DeadLetterService service,
        CancellationToken cancellation
    )
    {
        var note = await NoteAsync(http, cancellation);
        return note.Refusal is { } refusal
            ? refusal.ToProblem()
            : (await service.ReplayPageAsync(cursor, limit, note.Value, caller.OperatorName, cancellation)).ToResult(page =>
                TypedResults.Ok(new ReplayedLetters(page.Replayed, page.NextCursor))
            );
    }

    private static async Task<Outcome<string?>> NoteAsync(HttpRequest http, CancellationToken cancellation)
    {
        var noted = await OptionalBody.ReadAsync<Noted>(http, cancellation);
        return OperatorNote.Check(noted?.Note) is { } tooLong ? tooLong : noted?.Note;
    }

    private static Ok<DeadLetterPage> View(Views.Page<DeadLetter> page) =>
        TypedResults.Ok(new DeadLetterPage([.. page.Items.Select(View)], page.NextCursor));

    private static DeadLetterView View(DeadLetter letter) =>
        new(
            letter.Id,
            letter.App,
            letter.Type,
            letter.Topic,
            letter.Subject,
            letter.Since,
            letter.Times,
            letter.Attempts,
            letter.Reason,
            letter.State,
            letter.History,
            letter.Event
        );

    private sealed record DeadLetterPage(IReadOnlyList<DeadLetterView> Items, string? NextCursor);

    private sealed record DeadLetterView(
        string Id,
        string App,
        string Type,
        string Topic,
        string? Subject,
        DateTimeOffset Since,
        int Times,
        int? Attempts,
        string? Reason,
        DeadLetterState State,
        IReadOnlyList<DeadLetterAction> History,
        JsonElement Event
    );

    private sealed record ReplayedLetters(int Replayed, string? NextCursor);

    private sealed record Noted(string? Note);
}
